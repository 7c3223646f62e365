import { useEffect, useRef, useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { Form } from '../parts/form.tsx'
import { Notice } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask } from '../session.ts'
import { useText } from '../text/language.ts'
import { dayAndClock } from '../time.ts'
import { DayStrip } from './day_strip.tsx'
import { FreeTimes } from './free_times.tsx'
import { NoneFound } from './none_found.tsx'
import type { FreeSlot } from './slots.ts'

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
  /** How many of those chosen were gone. */
  const [losses, setLosses] = useState(0)
  const [date, setDate] = useState<string>()
  const search = { clinic: clinicId, doctor: doctorId, date }

  return (
    <section className="move" aria-labelledby="move">
      <h2 id="move" ref={heading} tabIndex={-1}>
        {t.bookings.moveTitle}
      </h2>
      <p>{t.bookings.moveLead(booking.doctor?.fullName ?? '')}</p>
      <button type="button" className="button small" onClick={stop}>
        {t.bookings.keep}
      </button>
      {losses > 0 && (
        <Notice tone="bad" title={t.book.takenTitle}>
          {<p>{t.refusal.slot_taken}</p>}
        </Notice>
      )}
      <DayStrip search={search} choose={setDate} />
      <FreeTimes
        key={`${losses} ${date}`}
        search={search}
        none={<NoneFound search={search} show={setDate} />}
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
                setLosses(losses + 1)
                setChosen(undefined)
              }
              return isTaken
            }}
          />
        </Sheet>
      )}
    </section>
  )
}
