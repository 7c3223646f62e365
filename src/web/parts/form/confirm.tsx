import type { ReactNode } from 'react'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { Sheet } from '../layout/sheet.tsx'
import { Form } from './form.tsx'

interface ConfirmProps {
  title: string
  children?: ReactNode
  submit: string
  /** Called when the reader confirms. An error that it throws is shown in the dialog. */
  confirm(): Promise<void>
  /** Called with such an error. Returns true if the caller shows it. */
  onRefusal?: ((error: unknown) => boolean) | undefined
  close(): void
}

/** Asks for confirmation before something that cannot be undone. */
export function Confirm({ title, children, submit, confirm, onRefusal, close }: ConfirmProps) {
  const { t } = useText(manageTexts)
  return (
    <Sheet title={title} close={close}>
      {children}
      <Form
        danger
        submit={submit}
        onSubmit={confirm}
        onRefusal={onRefusal}
        aside={
          <button type="button" className="button" onClick={close}>
            {t.cancel}
          </button>
        }
      />
    </Sheet>
  )
}
