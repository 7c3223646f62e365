import { useState } from 'react'
import { Choice, Either, Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { useText } from '../text/language.ts'
import { useActions } from './actions.ts'
import { type Patient, PatientField } from './patient_field.tsx'
import type { DeskSlot } from './slots.ts'
import { useDeskText } from './text.ts'

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

  async function book({ fullName = '', phone, email, note }: Record<string, string>) {
    if (!isNew && !patient) {
      setIsMissing(true)
      return
    }
    const whose = isNew
      ? await actions.addPatient({
          fullName,
          ...(phone && { phone }),
          ...(email && { email }),
          ...(language && { preferredLanguage: language }),
        })
      : (patient as Patient).id
    done(await actions.bookFor(whose, note))
  }

  return (
    <Form key={String(isNew)} submit={isNew ? t.slot.addAndBook : t.slot.book} onSubmit={book}>
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
          <p className="hint">{t.slot.noContact}</p>
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
    </Form>
  )
}
