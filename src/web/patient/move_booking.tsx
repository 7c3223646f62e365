import { useEffect, useRef, useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { Form } from '../parts/form.tsx'
import { Empty, Notice, Problem } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask } from '../session.ts'
import { useText } from '../text/language.ts'
import { dayAndClock } from '../time.ts'
import { useAsked } from '../use_query.ts'
import { SlotList } from './slot_list.tsx'
import { type FreeSlot, freeSlots } from './slots.ts'

const Move = graphql(`
  mutation Move($clinicId: BigInt!, $bookingId: BigInt!, $bookingSlotId: BigInt!) {
    rescheduleBooking(input: { clinicId: $clinicId, bookingId: $bookingId, bookingSlotId: $bookingSlotId }) {
      booking { id }
    }
  }
`)

interface MoveBookingProps {
  booking: { clinicId: string; id: string; doctorId: string; doctor: { fullName: string } | null }
  moved(): void
  stop(): void
}

/** Choose another free time of the same doctor; the present one stays until the new one is had. */
export function MoveBooking({ booking, moved, stop }: MoveBookingProps) {
  const { t, locale } = useText()
  const { clinicId, doctorId, id } = booking
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that led here is gone.
  useEffect(() => heading.current?.focus(), [])
  const [chosen, setChosen] = useState<FreeSlot>()
  const [taken, setTaken] = useState(false)
  const { data, error, again } = useAsked(id, (signal) => freeSlots({ clinicId, doctorId, pageSize: 60 }, signal))

  return (
    <section className="move" aria-labelledby="move">
      <h2 id="move" ref={heading} tabIndex={-1}>
        {t.bookings.moveTitle}
      </h2>
      <p>{t.bookings.moveLead(booking.doctor?.fullName ?? '')}</p>
      <button type="button" className="button small" onClick={stop}>
        {t.bookings.keep}
      </button>
      {taken && (
        <Notice tone="bad" title={t.book.takenTitle}>
          {<p>{t.refusal.slot_taken}</p>}
        </Notice>
      )}
      {error !== undefined && <Problem error={error} again={again} />}
      {!data && error === undefined && <div className="bone card-bone" aria-hidden="true" />}
      {data?.length === 0 && <Empty title={t.search.emptyTitle} />}
      <SlotList
        slots={data ?? []}
        draw={(slot, content) => (
          <button type="button" className="time" onClick={() => setChosen(slot)}>
            {content}
          </button>
        )}
      />
      {chosen && (
        <Sheet
          title={t.bookings.moveConfirm(dayAndClock(chosen.startsAt, chosen.timeZone, locale))}
          close={() => setChosen(undefined)}
        >
          <Form
            submit={t.bookings.moveSubmit}
            aside={
              <button type="button" className="button" onClick={() => setChosen(undefined)}>
                {t.book.change}
              </button>
            }
            onSubmit={async () => {
              await ask(Move, { clinicId, bookingId: id, bookingSlotId: chosen.bookingSlotId })
              moved()
            }}
            onRefusal={(refusal) => {
              // Led on: the list without it stands right behind.
              const isTaken = refusal instanceof Refusal && /^slot_/.test(refusal.code)
              if (isTaken) {
                setTaken(true)
                setChosen(undefined)
                again()
              }
              return isTaken
            }}
          />
        </Sheet>
      )}
    </section>
  )
}
