import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskWaitingTexts } from '../../text/desk/waiting.ts'
import { useText } from '../../text/language.ts'
import { clock, dayAndClock } from '../../time/time.ts'

const OpenToAll = graphql(`
  mutation OpenOfferedSlot($clinicId: BigInt!, $bookingSlotId: BigInt!) {
    openOfferedSlot(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId }) { clientMutationId }
  }
`)

export interface Offer {
  id: string
  bookingSlotId: string
  headStart: { start: { value: string } | null; end: { value: string } | null }
  bookingSlot: { startsAt: string; doctor: { fullName: string } | null } | null
}

/** The times that a patient is offered at the moment; each can be opened to everyone at once. */
export function Offers({ offers, changed }: { offers: Offer[]; changed(): void }) {
  const { t, locale } = useText(deskWaitingTexts)
  const { clinic } = useWorkplace()
  const [opened, setOpened] = useState<Offer>()
  const at = (instant: string | undefined) => (instant ? clock(instant, clinic.timeZone, locale) : '')
  const timeOf = ({ bookingSlot }: Offer) =>
    bookingSlot
      ? [dayAndClock(bookingSlot.startsAt, clinic.timeZone, locale, 'medium'), bookingSlot.doctor?.fullName]
          .filter(Boolean)
          .join(', ')
      : ''
  return (
    <>
      {offers.map((offer) => (
        <p key={offer.id} className="waiting-offer">
          <span className="tag held">{t.offered(timeOf(offer))}</span>{' '}
          <small>{t.turn(at(offer.headStart.start?.value), at(offer.headStart.end?.value))}</small>{' '}
          <RowButton of={timeOf(offer)} press={() => setOpened(offer)}>
            {t.openToAll}
          </RowButton>
        </p>
      ))}
      {opened && (
        <Confirm
          title={t.openTitle}
          submit={t.openToAll}
          confirm={async () => {
            await request(OpenToAll, { clinicId: clinic.id, bookingSlotId: opened.bookingSlotId })
            showToast(t.opened)
            changed()
            setOpened(undefined)
          }}
          close={() => setOpened(undefined)}
        >
          <p>{timeOf(opened)}</p>
          <p>{t.openLead}</p>
        </Confirm>
      )}
    </>
  )
}
