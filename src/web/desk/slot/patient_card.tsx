import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { mailto, tel } from '../../parts/contact_links.ts'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Pending } from '../../parts/pending.tsx'
import { GivenAnswers } from '../../parts/services/given_answers.tsx'
import { useWorkplace } from '../../parts/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { nameIn, useText } from '../../text/language.ts'
import { useActions } from '../actions.ts'
import { bookingOf, type DeskSlot } from '../slots.ts'

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
  const { isDesk } = useWorkplace()
  const { saveNotes } = useActions(slot)
  const [saves, setSaves] = useState(0)
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
      <p className="patient-name">{patient.fullName}</p>
      <p className="patient-contact">
        {patient.phone ? <a href={tel(patient.phone)}>{patient.phone}</a> : t.noPhone}
        {patient.email ? <a href={mailto(patient.email)}>{patient.email}</a> : t.noEmail}
      </p>
      {isDesk && (
        <p className="patient-contact">
          <Link href={`/desk/${slot.clinicId}/account/${patient.customerId}${id ? `?booking=${id}` : ''}`}>
            {t.account}
          </Link>
        </p>
      )}
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
      {note && (
        <p className="visit-note">
          <span>{t.visitNote}</span>
          {note}
        </p>
      )}
      {isDesk ? (
        <Form
          plain
          submit={t.saveNotes}
          onSubmit={async ({ notes }) => {
            await saveNotes(notes, patient.rowVersion + saves)
            setSaves(saves + 1)
          }}
        >
          <Field
            label={t.notes}
            hint={t.notesHint}
            name="notes"
            long
            maxLength={4000}
            defaultValue={patient.notes ?? ''}
          />
          {saves > 0 && (
            <p className="quiet" role="status">
              {t.saved}
            </p>
          )}
        </Form>
      ) : (
        patient.notes && (
          <p className="visit-note">
            <span>{t.notes}</span>
            {patient.notes}
          </p>
        )
      )}
    </div>
  )
}
