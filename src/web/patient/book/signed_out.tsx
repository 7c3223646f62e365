import { AccountForms } from '../../parts/account_forms.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { guestTexts } from '../../text/patient/guest.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { needsAccount } from '../parts/chosen_service.tsx'
import { GuestForm, type GuestFormProps } from './guest_form.tsx'
import { Step } from './step.tsx'
import type { VisitToBook } from './visit_to_book.ts'

interface SignedOutProps extends GuestFormProps {
  visit: VisitToBook
  /** Whether the time is no longer free. The form keeps what was entered. */
  hidden: boolean
}

/** How somebody who is not signed in books: as a guest, if that is possible, or with an account. */
export function SignedOut({ visit: { data, service, payment, isKnown }, hidden, ...guestForm }: SignedOutProps) {
  const { t } = useText(bookTexts)
  const { t: account } = useText(accountTexts)
  const { t: guest } = useText(guestTexts)
  const { t: pay } = useText(payTexts)
  const clinicAcceptsGuests = data?.clinic?.policy?.acceptsGuests
  const isOnlyWithAccount = clinicAcceptsGuests && service !== undefined && (needsAccount(service) || !!payment)
  const acceptsGuests = clinicAcceptsGuests && !isOnlyWithAccount && isKnown
  return (
    <>
      {acceptsGuests && (
        <Step hidden={hidden} title={guest.title}>
          <GuestForm {...guestForm} />
        </Step>
      )}
      <Step hidden={hidden} title={acceptsGuests ? guest.or : account.how}>
        {isOnlyWithAccount && <Notice tone="plain">{<p>{payment ? pay.needsAccount : guest.needsAccount}</p>}</Notice>}
        <AccountForms newFirst submit={t.continue} />
      </Step>
    </>
  )
}
