import { useState } from 'react'
import { mailto, tel } from '../contact_links.ts'
import { Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { useActions } from './actions.ts'
import { bookingOf, type DeskSlot } from './slots.ts'
import { useDeskText } from './text.ts'

/** Who has a slot, as the clinic knows them: how to reach them, what they wrote, and what the clinic wrote about them. */
export function PatientCard({ slot }: { slot: DeskSlot }) {
  const { t } = useDeskText()
  const { isDesk } = useWorkplace()
  const { saveNotes } = useActions(slot)
  const [saves, setSaves] = useState(0)
  const patient = slot.clinicCustomer
  const note = bookingOf(slot)?.note
  if (!patient) return null
  return (
    <div className="patient-card">
      <p className="patient-name">{patient.fullName}</p>
      <p className="patient-contact">
        {patient.phone ? <a href={tel(patient.phone)}>{patient.phone}</a> : t.slot.noPhone}
        {patient.email ? <a href={mailto(patient.email)}>{patient.email}</a> : t.slot.noEmail}
      </p>
      {note && (
        <p className="visit-note">
          <span>{t.slot.visitNote}</span>
          {note}
        </p>
      )}
      {isDesk ? (
        <Form
          plain
          submit={t.slot.saveNotes}
          onSubmit={async ({ notes }) => {
            await saveNotes(notes, patient.rowVersion + saves)
            setSaves(saves + 1)
          }}
        >
          <Field
            label={t.slot.notes}
            hint={t.slot.notesHint}
            name="notes"
            long
            maxLength={4000}
            defaultValue={patient.notes ?? ''}
          />
          {saves > 0 && (
            <p className="quiet" role="status">
              {t.slot.saved}
            </p>
          )}
        </Form>
      ) : (
        patient.notes && (
          <p className="visit-note">
            <span>{t.slot.notes}</span>
            {patient.notes}
          </p>
        )
      )}
    </div>
  )
}
