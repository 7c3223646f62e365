import { type ReactNode, useState } from 'react'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { Sheet } from '../layout/sheet.tsx'
import { Form, type FormProps } from './form.tsx'

interface FormSheetProps extends Omit<FormProps, 'guarded' | 'onDirty' | 'aside'> {
  title: string
  lead?: ReactNode
  close(): void
}

/** A form in a dialog, which asks before it discards changes. */
export function FormSheet({ title, close, lead, ...form }: FormSheetProps) {
  const { t } = useText(manageTexts)
  const [isDirty, setDirty] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const closeOrAsk = () => (isDirty ? setAsking(true) : close())
  return (
    <>
      <Sheet title={title} close={closeOrAsk}>
        {lead}
        <Form
          {...form}
          guarded
          onDirty={setDirty}
          aside={
            <button type="button" className="button" onClick={closeOrAsk}>
              {t.cancel}
            </button>
          }
        />
      </Sheet>
      {isAsking && (
        <Sheet title={t.discard} close={() => setAsking(false)}>
          <div className="form-end">
            <button type="button" className="button danger" onClick={close}>
              {t.discardIt}
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {t.goOn}
            </button>
          </div>
        </Sheet>
      )}
    </>
  )
}
