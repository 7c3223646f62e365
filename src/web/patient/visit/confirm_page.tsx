import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ConfirmGuestBookingMutation } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { guestTexts } from '../../text/patient/guest.ts'
import { visitTexts } from '../../text/patient/visit.ts'
import { bookingErrorTexts } from '../../text/shared/errors/booking_errors.ts'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { InvalidLink } from '../parts/invalid_link.tsx'
import { useLinkToken } from '../parts/link_token.ts'
import { VisitSummary } from '../parts/visit_summary.tsx'

const ConfirmGuestBooking = graphql(`
  mutation ConfirmGuestBooking($token: String!) {
    confirmGuestBooking(input: { token: $token }) {
      linkedBooking {
        startsAt endsAt doctorName clinicName address phone timeZone
        service { name names preparation preparations }
      }
    }
  }
`)

type Row = NonNullable<ConfirmGuestBookingMutation['confirmGuestBooking']>['linkedBooking']

interface Booked {
  service: NonNullable<Row>['service'] | undefined
  startsAt: string
  endsAt: string
  doctorName: string
  clinic: { name: string; timeZone: string; address: string | null; phone: string | null }
}

/**
 * The page of the link in a guest's mail. Only the button books: a program that opens the links in mails must not.
 */
export default function ConfirmPage() {
  const { t } = useText(guestTexts)
  const { t: visitText } = useText(visitTexts)
  const token = useLinkToken()
  const [booked, setBooked] = useState<Booked>()
  const [isInvalid, setInvalid] = useState(token === '')

  async function confirm() {
    const { confirmGuestBooking } = await request(ConfirmGuestBooking, { token })
    const it = confirmGuestBooking?.linkedBooking
    const { service, address = null, phone = null } = it ?? {}
    setBooked({
      service: service ?? undefined,
      startsAt: it?.startsAt ?? '',
      endsAt: it?.endsAt ?? '',
      doctorName: it?.doctorName ?? '',
      clinic: { name: it?.clinicName ?? '', timeZone: it?.timeZone ?? '', address, phone },
    })
  }

  if (isInvalid) {
    return (
      <Page title={visitText.invalidTitle} about="invalid" narrow>
        <InvalidLink />
      </Page>
    )
  }
  if (booked) {
    return (
      <Page title={t.booked} about="booked" narrow>
        <Notice tone="good">{<p>{t.bookedLead}</p>}</Notice>
        <VisitSummary {...booked}>{booked.service && <ServiceSummary service={booked.service} />}</VisitSummary>
      </Page>
    )
  }
  return (
    <Page title={t.confirmTitle} lead={t.confirmLead} narrow>
      <div className="card padded">
        <AreaErrorTextsContext value={bookingErrorTexts}>
          <Form
            submit={t.confirm}
            onSubmit={confirm}
            onRefusal={(refusal) => {
              const isLink = refusal instanceof Refusal && refusal.code === 'link_invalid'
              setInvalid(isLink)
              return isLink
            }}
          />
        </AreaErrorTextsContext>
      </div>
    </Page>
  )
}
