import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { GivenAnswers } from '../../parts/booking/given_answers.tsx'
import { mailto, tel } from '../../parts/contact_links.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { nameIn, useText } from '../../text/language.ts'
import { useActions } from '../data/actions.ts'
import { bookingOf, type DeskSlot } from '../data/slots.ts'

const Guardians = graphql(`
  query Guardians($clinicId: BigInt!, $ids: [BigInt!]!) {
    guardiansOfCustomers(clinicId: $clinicId, customerIds: $ids, first: 10) {
      nodes { relation guardianName guardianPhone }
    }
  }
`)

const Answers = graphql(`
  query AnswersAtDesk($clinicId: BigInt!, $bookingId: BigInt!) {
    bookingAnswers(first: 50, filter: { clinicId: { equalTo: $clinicId }, bookingId: { equalTo: $bookingId } }) {
      nodes { questionId wording answer question { question questions choices choicesByLanguage } }
    }
  }
`)

/** The patient who has a slot: contacts, the patient's note, and the clinic's notes. */
export function PatientCard({ slot }: { slot: DeskSlot }) {
  const { t, language } = useText(slotTexts)
  const patient = slot.clinicCustomer
  const { data, pending } = useQuery(Guardians, patient ? { clinicId: slot.clinicId, ids: [patient.customerId] } : null)
  const { id, note, service, seriesId } = bookingOf(slot) ?? {}
  const { data: given, pending: isAnswersPending } = useQuery(
    Answers,
    id && service ? { clinicId: slot.clinicId, bookingId: id } : null,
  )
  if (!patient) return null
  return (
    <div className="patient-card">
      <Contacts patient={patient} clinicId={slot.clinicId} bookingId={id} />
      <Pending when={pending || isAnswersPending} />
      {data?.guardiansOfCustomers?.nodes.map(
        (guardian) =>
          guardian?.relation && (
            <p key={guardian.guardianName} className="patient-contact">
              {t.guardian[guardian.relation](guardian.guardianName ?? '')}
              {guardian.guardianPhone && <a href={tel(guardian.guardianPhone)}>{guardian.guardianPhone}</a>}
            </p>
          ),
      )}
      {service && <p className="visit-service">{nameIn(language, service)}</p>}
      {seriesId && (
        <p>
          <Link href={`/desk/${slot.clinicId}/series/${seriesId}`}>{t.series}</Link>
        </p>
      )}
      <GivenAnswers answers={given?.bookingAnswers?.nodes ?? []} />
      {note && <Note title={t.visitNote}>{note}</Note>}
      <ClinicNotes slot={slot} patient={patient} />
    </div>
  )
}

type Patient = NonNullable<DeskSlot['clinicCustomer']>

interface ContactsProps {
  patient: Patient
  clinicId: string
  bookingId: string | undefined
}

/** The name, the contacts and, for the desk, the account of a patient. */
function Contacts({ patient, clinicId, bookingId }: ContactsProps) {
  const { t } = useText(slotTexts)
  const { isDesk } = useWorkplace()
  return (
    <>
      <p className="patient-name">{patient.fullName}</p>
      <p className="patient-contact">
        {patient.phone ? <a href={tel(patient.phone)}>{patient.phone}</a> : t.noPhone}
        {patient.email ? <a href={mailto(patient.email)}>{patient.email}</a> : t.noEmail}
      </p>
      {isDesk && (
        <p className="patient-contact">
          <Link href={`/desk/${clinicId}/account/${patient.customerId}${bookingId ? `?booking=${bookingId}` : ''}`}>
            {t.account}
          </Link>
        </p>
      )}
    </>
  )
}

/** The clinic's notes about a patient, which the desk can change. */
function ClinicNotes({ slot, patient }: { slot: DeskSlot; patient: Patient }) {
  const { t } = useText(slotTexts)
  const { isDesk } = useWorkplace()
  const { saveNotes } = useActions(slot)
  const [saves, setSaves] = useState(0)
  if (!isDesk) return patient.notes && <Note title={t.notes}>{patient.notes}</Note>
  return (
    <Form
      plain
      submit={t.saveNotes}
      onSubmit={async ({ notes }) => {
        await saveNotes(notes, patient.rowVersion + saves)
        setSaves(saves + 1)
      }}
    >
      <Field label={t.notes} hint={t.notesHint} name="notes" long maxLength={4000} defaultValue={patient.notes ?? ''} />
      {saves > 0 && (
        <p className="quiet" role="status">
          {t.saved}
        </p>
      )}
    </Form>
  )
}

function Note({ title, children }: { title: string; children: string }) {
  return (
    <p className="visit-note">
      <span>{title}</span>
      {children}
    </p>
  )
}
