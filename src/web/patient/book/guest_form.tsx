import { graphql } from '../../data/generated/gql.ts'
import type { ChosenServiceFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { guestErrorTexts, guestTexts } from '../../text/patient/guest.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { clock, ownZone } from '../../time/time.ts'
import { answersIn, Questions } from '../parts/chosen_service.tsx'

const BookAsGuest = graphql(`
  mutation BookAsGuest(
    $clinicId: BigInt!, $bookingSlotId: BigInt!, $serviceId: BigInt, $fullName: String!, $email: String!,
    $language: String, $answers: JSON, $online: Boolean
  ) {
    bookAsGuest(input: {
      clinicId: $clinicId, bookingSlotId: $bookingSlotId, serviceId: $serviceId, fullName: $fullName, email: $email,
      language: $language, answers: $answers, online: $online
    }) { guestHold { heldUntil } }
  }
`)

/** What was sent to a guest: the address, and until when the time is held, ISO 8601. */
export interface SentToGuest {
  email: string
  heldUntil: string
}

export interface GuestFormProps {
  clinicId: string
  slotId: string
  /** What the visit is for; undefined if nothing was chosen. */
  serviceId: string | undefined
  /** With the questions that it asks. */
  service: ChosenServiceFragment | undefined
  /** Where it takes place; undefined if nothing was chosen. */
  online: boolean | undefined
  sent(what: SentToGuest): void
  /** Called with a refusal. Returns true if the caller shows it. */
  onRefusal(error: unknown): boolean
}

/** Asks a guest for a name and an e-mail address, to which a link is sent that books the time. */
export function GuestForm({ clinicId, slotId, serviceId, service, online, sent, onRefusal }: GuestFormProps) {
  const { t, language } = useText(guestTexts)
  const { t: account } = useText(accountTexts)
  return (
    <AreaErrorTextsContext value={guestErrorTexts}>
      <p>{t.lead}</p>
      <Form
        submit={t.submit}
        onSubmit={async ({ fullName = '', email = '', ...fields }) => {
          const answers = service ? answersIn(fields as Record<string, string>) : undefined
          const slot = { clinicId, bookingSlotId: slotId, serviceId, answers, online }
          const { bookAsGuest } = await request(BookAsGuest, { ...slot, fullName, email, language })
          sent({ email, heldUntil: bookAsGuest?.guestHold?.heldUntil ?? '' })
        }}
        onRefusal={onRefusal}
      >
        <Field label={account.name} name="fullName" autoComplete="name" required />
        <Field label={account.email} name="email" type="email" autoComplete="email" required />
        {service && <Questions service={service} />}
      </Form>
    </AreaErrorTextsContext>
  )
}

/** Asks the guest to look into the mailbox. */
export function CheckMail({ email, heldUntil }: SentToGuest) {
  const { t, locale } = useText(guestTexts)
  return (
    <Notice tone="good" title={t.sentTitle}>
      {<p>{t.sent(email, clock(heldUntil, ownZone, locale))}</p>}
    </Notice>
  )
}
