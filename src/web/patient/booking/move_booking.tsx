import { useEffect, useRef, useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { bookingErrorTexts } from '../../text/shared/errors/booking_errors.ts'
import { dayAndClock } from '../../time/time.ts'
import { DayStrip } from '../search/day_strip.tsx'
import { FreeTimes } from '../search/free_times.tsx'
import { NoneFound } from '../search/none_found.tsx'
import type { FreeSlot } from '../search/slots.ts'

export interface MoveBookingProps {
  clinicId: string
  doctor: { id: string; name: string }
  /** The service of the booking, which it keeps. */
  serviceId?: string | undefined
  /** Moves the booking. Throws as request() does. */
  move(bookingSlotId: string): Promise<void>
  stop(): void
}

/** Chooses another free time of the same doctor. The current one is kept until the new one is booked. */
export function MoveBooking(props: MoveBookingProps) {
  return (
    <AreaErrorTextsContext value={bookingErrorTexts}>
      <OtherTimes {...props} />
    </AreaErrorTextsContext>
  )
}

function OtherTimes({ clinicId, doctor, serviceId, move, stop }: MoveBookingProps) {
  const { t } = useText(bookingsTexts)
  const { t: bookText } = useText(bookTexts)
  const { t: errors } = useText(bookingErrorTexts)
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that opened this is gone, so the focus moves here.
  useEffect(() => heading.current?.focus(), [])
  const [chosen, setChosen] = useState<FreeSlot>()
  /** How many chosen times were already taken. */
  const [losses, setLosses] = useState(0)
  const [date, setDate] = useState<string>()
  const search = { clinic: clinicId, doctor: doctor.id, service: serviceId, date }

  return (
    <section className="move" aria-labelledby="move">
      <h2 id="move" ref={heading} tabIndex={-1}>
        {t.moveTitle}
      </h2>
      <p>{t.moveLead(doctor.name)}</p>
      <button type="button" className="button small" onClick={stop}>
        {t.keep}
      </button>
      {losses > 0 && (
        <Notice tone="bad" title={bookText.takenTitle}>
          {<p>{errors.slot_taken}</p>}
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
        <ConfirmTime slot={chosen} move={move} taken={() => setLosses(losses + 1)} close={() => setChosen(undefined)} />
      )}
    </section>
  )
}

interface ConfirmTimeProps {
  slot: FreeSlot
  move: MoveBookingProps['move']
  /** Called when somebody else has taken the time. */
  taken(): void
  close(): void
}

function ConfirmTime({ slot, move, taken, close }: ConfirmTimeProps) {
  const { t, locale } = useText(bookingsTexts)
  const { t: bookText } = useText(bookTexts)
  return (
    <Sheet title={t.moveConfirm(dayAndClock(slot.startsAt, slot.timeZone, locale))} close={close}>
      <Form
        submit={t.moveSubmit}
        aside={
          <button type="button" className="button" onClick={close}>
            {bookText.change}
          </button>
        }
        onSubmit={() => move(slot.bookingSlotId)}
        onRefusal={(refusal) => {
          // Shown in the list behind the dialog, which no longer has that time.
          const isTaken = refusal instanceof Refusal && /^(slot_|run_not_free)/.test(refusal.code)
          if (isTaken) {
            taken()
            close()
          }
          return isTaken
        }}
      />
    </Sheet>
  )
}
