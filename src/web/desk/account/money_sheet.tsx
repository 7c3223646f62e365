import type { ReactNode } from 'react'
import { showToast } from '../../parts/feedback/toast.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { fieldOfMoney } from '../../parts/money/amount_field.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { useAccount } from './account.ts'

interface MoneySheetProps {
  title: string
  lead?: ReactNode
  submit: string
  danger?: boolean
  /** Called with the fields of the form. A refusal that it throws is shown beside the field that it concerns. */
  act(fields: Fields): Promise<unknown>
  done?: string
  close(): void
  children?: ReactNode
}

/** A form in a dialog that changes the account, which is loaded again afterwards. */
export function MoneySheet({ title, lead, submit, danger = false, act, done, close, children }: MoneySheetProps) {
  const { t } = useText(accountTexts)
  const { changed } = useAccount()
  return (
    <FormSheet
      title={title}
      lead={lead && <p className="sheet-lead">{lead}</p>}
      submit={submit}
      danger={danger}
      fieldOf={fieldOfMoney}
      onSubmit={async (fields) => {
        await act(fields)
        showToast(done ?? t.saved)
        changed()
        close()
      }}
      reload={changed}
      close={close}
    >
      {children}
    </FormSheet>
  )
}
