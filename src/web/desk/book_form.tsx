import { useRef, useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { Choice, Either, Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Notice } from '../parts/notice.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { type NewPatient, useActions } from './actions.ts'
import { MessagesHint } from './messages_hint.tsx'
import { type Patient, PatientField } from './patient_field.tsx'
import type { DeskSlot } from './slots.ts'
import { useDeskText } from './text.ts'

const SimilarPatients = graphql(`
  query SimilarPatients($clinicId: BigInt!, $ids: [BigInt!]!) {
    clinicCustomers(filter: { clinicId: { equalTo: $clinicId }, customerId: { in: $ids } }, first: 5) {
      nodes { customerId fullName phone email }
    }
  }
`)

const languages = ['', 'en', 'de'] as const

/** Books a free slot for a caller or a walk-in: somebody in the clinic's records, or somebody new. */
export function BookForm({ slot, done }: { slot: DeskSlot; done(slots: DeskSlot[]): void }) {
  const { t } = useDeskText()
  const { t: shared } = useText()
  const actions = useActions(slot)
  const [isNew, setIsNew] = useState(false)
  const [patient, setPatient] = useState<Patient>()
  const [isMissing, setIsMissing] = useState(false)
  const [language, setLanguage] = useState<(typeof languages)[number]>('')
  /** Whom the records have already for what was filled in. */
  const [similar, setSimilar] = useState<{ ids: string[]; of: string }>()
  /** The record that was chosen instead. */
  const instead = useRef<string>(undefined)

  async function add(added: NewPatient) {
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

  async function book({ fullName = '', phone, email, note }: Record<string, string>) {
    if (!isNew && !patient) {
      setIsMissing(true)
      return
    }
    const record = instead.current
    instead.current = undefined
    const whose = isNew
      ? (record ??
        (await add({
          fullName,
          ...(phone && { phone }),
          ...(email && { email }),
          ...(language && { preferredLanguage: language }),
        })))
      : (patient as Patient).id
    if (whose) done(await actions.bookFor(whose, note))
  }

  return (
    <Form
      key={String(isNew)}
      submit={!isNew ? t.slot.book : similar ? t.slot.addAnyway : t.slot.addAndBook}
      onSubmit={book}
    >
      <Either
        legend={t.slot.who}
        name="who"
        first={t.slot.known}
        second={t.slot.isNew}
        isSecond={isNew}
        choose={setIsNew}
      />
      {isNew ? (
        <>
          <Field label={shared.account.name} name="fullName" autoComplete="off" required maxLength={200} />
          <div className="field-pair">
            <Field label={shared.account.phone} name="phone" type="tel" autoComplete="off" />
            <Field label={shared.account.email} name="email" type="email" autoComplete="off" />
          </div>
          <MessagesHint />
          <Choice
            label={t.slot.language}
            value={language}
            onChange={(value) => setLanguage(value as (typeof languages)[number])}
          >
            {languages.map((one) => (
              <option key={one} value={one}>
                {t.slot.languages[one]}
              </option>
            ))}
          </Choice>
        </>
      ) : (
        <PatientField patient={patient} choose={setPatient} isMissing={isMissing} />
      )}
      <Field label={t.slot.note} hint={t.slot.noteHint} name="note" long maxLength={1000} />
      {isNew && similar && (
        <Similar
          ids={similar.ids}
          use={(id, form) => {
            instead.current = id
            form?.requestSubmit()
          }}
        />
      )}
    </Form>
  )
}

/** Whom a refusal names as probably the same person. */
const similarIn = (error: unknown) =>
  error instanceof Refusal && error.code === 'similar_customer_exists'
    ? (error.detail.customerIds as string[])
    : undefined

interface SimilarProps {
  ids: string[]
  use(id: string, form: HTMLFormElement | null): void
}

/** Those in the records who are probably the person to be added, each with a button that takes the record instead. */
function Similar({ ids, use }: SimilarProps) {
  const { t } = useDeskText()
  const { clinic } = useWorkplace()
  const { data } = useQuery(SimilarPatients, { clinicId: clinic.id, ids })
  const found = (data?.clinicCustomers?.nodes ?? []).flatMap((it) => (it ? [it] : []))
  return (
    <Notice tone="plain" title={t.slot.similarTitle}>
      <p>{t.slot.similar}</p>
      <ul className="similar">
        {found.map(({ customerId, fullName, phone, email }) => (
          <li key={customerId}>
            <span>
              {fullName}{' '}
              <small>{[phone, email].filter(Boolean).join(' · ') || `${t.slot.noPhone}, ${t.slot.noEmail}`}</small>
            </span>
            <button
              type="button"
              className="button small"
              aria-label={t.slot.useRecordOf(fullName)}
              onClick={({ currentTarget }) => use(customerId, currentTarget.form)}
            >
              {t.slot.useRecord}
            </button>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
