import { useRef, useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import ServiceField from '../../parts/booking/service_field.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Field, Select, TwoOptions } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { useText } from '../../text/language.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { useBookingFor } from '../booking_for.tsx'
import { type NewPatient, useActions } from '../data/actions.ts'
import type { DeskSlot } from '../data/slots.ts'
import { MessagesHint } from './messages_hint.tsx'
import { type Patient, PatientField } from './patient_field.tsx'

const SimilarPatients = graphql(`
  query SimilarPatients($clinicId: BigInt!, $ids: [BigInt!]!) {
    clinicCustomers(filter: { clinicId: { equalTo: $clinicId }, customerId: { in: $ids } }, first: 5) {
      nodes { customerId fullName phone email }
    }
  }
`)

const languages = ['', 'en', 'de'] as const
type Language = (typeof languages)[number]

/**
 * Adds a patient to the clinic's records. When the clinic has records of `similar` people, the first attempt adds nothing. The
 * next one uses the record that was chosen instead, or adds the same person all the same.
 */
function useNewPatient(slot: DeskSlot) {
  const actions = useActions(slot)
  const [similar, setSimilar] = useState<{ ids: string[]; of: string }>()
  const instead = useRef<string>(undefined)

  /** The id of the patient's record; undefined if there are similar ones to choose from. */
  async function recordOf(added: NewPatient) {
    const chosen = instead.current
    instead.current = undefined
    if (chosen) return chosen
    const of = JSON.stringify(added)
    try {
      return await actions.addPatient(added, similar?.of === of)
    } catch (error) {
      const ids = similarIn(error)
      if (!ids) throw error
      setSimilar({ ids, of })
      return undefined
    }
  }

  const choose = (id: string) => {
    instead.current = id
  }
  return { similar: similar?.ids, recordOf, choose }
}

/** Books a free slot for a caller or a walk-in, who is in the clinic's records or new. */
export function BookForm({ slot, done }: { slot: DeskSlot; done(slots: DeskSlot[]): void }) {
  const { t } = useText(slotTexts)
  const actions = useActions(slot)
  const [isNew, setIsNew] = useState(false)
  const bookingFor = useBookingFor()
  const [patient, setPatient] = useState<Patient | undefined>(bookingFor.patient)
  const [isMissing, setIsMissing] = useState(false)
  const [language, setLanguage] = useState<Language>('')
  const [service, setService] = useState<string>()
  const [online, setOnline] = useState<boolean>()
  const { similar, recordOf, choose } = useNewPatient(slot)

  async function book({ fullName = '', phone, email, note }: Record<string, string>) {
    if (!isNew && !patient) {
      setIsMissing(true)
      return
    }
    const whose = isNew
      ? await recordOf({
          fullName,
          ...(phone && { phone }),
          ...(email && { email }),
          ...(language && { preferredLanguage: language }),
        })
      : (patient as Patient).id
    if (!whose) return
    const booked = await actions.bookFor(whose, note, service, online)
    if (whose === bookingFor.patient?.id) bookingFor.stop()
    done(booked)
  }

  return (
    <Form key={String(isNew)} submit={!isNew ? t.book : similar ? t.addAnyway : t.addAndBook} onSubmit={book}>
      <TwoOptions legend={t.who} name="who" first={t.known} second={t.isNew} isSecond={isNew} choose={setIsNew} />
      {isNew ? (
        <NewPatientFields language={language} setLanguage={setLanguage} />
      ) : (
        <PatientField patient={patient} choose={setPatient} isMissing={isMissing} />
      )}
      <ServiceField
        clinic={slot.clinicId}
        doctor={slot.doctorId}
        service={service}
        choose={setService}
        place={{ online, choose: setOnline }}
        forDesk
      />
      <Field label={t.note} hint={t.noteHint} name="note" long maxLength={1000} />
      {isNew && similar && (
        <Similar
          ids={similar}
          use={(id, form) => {
            choose(id)
            form?.requestSubmit()
          }}
        />
      )}
    </Form>
  )
}

interface NewPatientFieldsProps {
  language: Language
  setLanguage(language: Language): void
}

/** The fields for a patient who is not in the clinic's records. */
function NewPatientFields({ language, setLanguage }: NewPatientFieldsProps) {
  const { t } = useText(slotTexts)
  const { t: account } = useText(accountTexts)
  return (
    <>
      <Field label={account.name} name="fullName" autoComplete="off" required maxLength={200} />
      <div className="field-pair">
        <Field label={account.phone} name="phone" type="tel" autoComplete="off" />
        <Field label={account.email} name="email" type="email" autoComplete="off" />
      </div>
      <MessagesHint />
      <Select label={t.language} value={language} onChange={(value) => setLanguage(value as Language)}>
        {languages.map((one) => (
          <option key={one} value={one}>
            {t.languages[one]}
          </option>
        ))}
      </Select>
    </>
  )
}

/** The records that a refusal names as probably the same person. */
const similarIn = (error: unknown) =>
  error instanceof Refusal && error.code === 'similar_customer_exists'
    ? (error.detail.customerIds as string[])
    : undefined

interface SimilarProps {
  ids: string[]
  use(id: string, form: HTMLFormElement | null): void
}

/** The records that are probably the person to be added, each with a button to use that record. */
function Similar({ ids, use }: SimilarProps) {
  const { t } = useText(slotTexts)
  const { clinic } = useWorkplace()
  const { data, pending } = useQuery(SimilarPatients, { clinicId: clinic.id, ids })
  const found = (data?.clinicCustomers?.nodes ?? []).flatMap((it) => (it ? [it] : []))
  return (
    <Notice tone="plain" title={t.similarTitle}>
      <p>{t.similar}</p>
      <Pending when={pending} />
      <ul className="similar">
        {found.map(({ customerId, fullName, phone, email }) => (
          <li key={customerId}>
            <span>
              {fullName} <small>{[phone, email].filter(Boolean).join(' · ') || `${t.noPhone}, ${t.noEmail}`}</small>
            </span>
            <button
              type="button"
              className="button small"
              aria-label={t.useRecordOf(fullName)}
              onClick={({ currentTarget }) => use(customerId, currentTarget.form)}
            >
              {t.useRecord}
            </button>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
