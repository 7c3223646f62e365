import { useText } from '../../text/language.ts'
import { recordingsTexts } from '../../text/shared/recordings.ts'
import { Form } from '../form/form.tsx'
import { AskFirst } from './ask_first.tsx'

interface ConsentProps {
  /** Who reads it. */
  side: 'patient' | 'doctor'
  keptFor: Parameters<typeof recordingsTexts.en.keptFor>[0]
  patientAgrees: boolean
  doctorAgrees: boolean
  /** Whether it is still possible to agree. */
  isOpen: boolean
  agree(agrees: boolean): Promise<void>
}

/** Shows who agrees to a recording of an online visit, with the reader's own consent, which can be changed. */
export function Consent({ side, keptFor, patientAgrees, doctorAgrees, isOpen, agree }: ConsentProps) {
  const { t } = useText(recordingsTexts)
  const [own, other] = side === 'patient' ? [patientAgrees, doctorAgrees] : [doctorAgrees, patientAgrees]
  const who = own ? (other ? 'both' : 'own') : other ? 'other' : undefined
  return (
    <>
      <p className="field-label">{t.title}</p>
      <p>{t.lead[side](t.keptFor(keptFor))}</p>
      <p role="status">{who ? t.agrees[side][who] : t.noOne}</p>
      {own ? (
        <AskFirst label={t.withdraw} lead={t.withdrawLead} act={() => agree(false)} />
      ) : (
        isOpen && <Form plain submit={t.agree} onSubmit={() => agree(true)} />
      )}
    </>
  )
}
