import { useState } from 'react'
import { useText } from '../../text/language.ts'
import { recordingsTexts } from '../../text/shared/recordings.ts'
import { Form } from '../form/form.tsx'

interface AskFirstProps {
  label: string
  /** What cannot be undone. */
  lead: string
  act(): Promise<void>
}

/** A button for something that cannot be undone. When it is pressed, a question with two buttons replaces it. */
export function AskFirst({ label, lead, act }: AskFirstProps) {
  const { t } = useText(recordingsTexts)
  const [isAsking, setAsking] = useState(false)
  if (!isAsking) {
    return (
      <button type="button" className="button small" onClick={() => setAsking(true)}>
        {label}
      </button>
    )
  }
  return (
    <Form
      danger
      submit={label}
      onSubmit={act}
      aside={
        <button type="button" className="button" onClick={() => setAsking(false)}>
          {t.cancel}
        </button>
      }
    >
      <p>{lead}</p>
    </Form>
  )
}
