import { type ReactNode, useId, useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { nameIn, useLanguage, useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { clock, clockNear, clocksDiffer, longDate, ownZone, zoneCity, zoneName } from '../../time/time.ts'
import { byDayAndDoctor, type DoctorDay, type FreeSlot, isNear } from './slots.ts'

/** Renders a time that can be chosen, as a link or a button with this content. */
export type DrawSlot = (slot: FreeSlot, content: ReactNode) => ReactNode

/**
 * Free times, grouped by day and doctor, in the clinic's local time and in the reader's if it differs. Clinics far
 * away come after those nearby, again in the order of days.
 */
export function SlotList({ slots, draw }: { slots: FreeSlot[]; draw: DrawSlot }) {
  const { t } = useText(searchTexts)
  const near = slots.filter(isNear)
  const far = slots.filter((slot) => !isNear(slot))
  const farther = useId()
  const divided = near.length > 0 && far.length > 0
  return (
    <>
      <Days slots={near} draw={draw} />
      {divided && (
        <h2 id={farther} className="farther">
          {t.farther}
        </h2>
      )}
      <Days slots={far} draw={draw} under={divided ? farther : undefined} />
    </>
  )
}

interface DaysProps {
  slots: FreeSlot[]
  draw: DrawSlot
  /** The id of a heading above the days. The names of the days begin with it, because another list may have the same days. */
  under?: string | undefined
}

function Days({ slots, draw, under = '' }: DaysProps) {
  const { locale } = useLanguage()
  const id = useId()
  return byDayAndDoctor(slots).map(({ date, doctors }) => (
    <section key={date} className="day" aria-labelledby={`${under} ${id}-${date}`.trim()}>
      <h2 id={`${id}-${date}`}>{longDate(date, locale)}</h2>
      <ul className="doctor-days">
        {doctors.map((doctor) => (
          <li key={doctor.doctorId}>
            <DoctorCard slots={doctor.slots} draw={draw} />
          </li>
        ))}
      </ul>
    </section>
  ))
}

const shownAtFirst = 8

function DoctorCard({ slots, draw }: Pick<DoctorDay, 'slots'> & { draw: DrawSlot }) {
  const { t, language, locale } = useText(searchTexts)
  const [all, setAll] = useState(false)
  const [first] = slots
  if (!first) return null
  const { clinicName, doctorName, doctor, timeZone, startsAt } = first
  const fields = doctor?.doctorSpecializations.nodes.flatMap((node) =>
    node?.specialization ? nameIn(language, node.specialization) : [],
  )
  const elsewhere = clocksDiffer(startsAt, timeZone, ownZone)
  const shown = all || slots.length <= shownAtFirst + 1 ? slots : slots.slice(0, shownAtFirst)
  return (
    <article className="card doctor-day">
      <header>
        <h3>{doctorName}</h3>
        {fields && <p className="fields">{fields.join(', ')}</p>}
        <p className="where">
          <Icon name="pin" />
          {clinicName}
        </p>
        {elsewhere && (
          <p className="where">
            <Icon name="clock" />
            {t.clinicTime(`${zoneCity(timeZone)}, ${zoneName(startsAt, timeZone, locale)}`)}
          </p>
        )}
      </header>
      <ul className={`times${elsewhere ? ' two' : ''}`}>
        {shown.map((slot) => (
          <li key={slot.bookingSlotId}>
            <Time slot={slot} elsewhere={elsewhere} draw={draw} />
          </li>
        ))}
        {shown.length < slots.length && (
          <li>
            <button type="button" className="more-times" onClick={() => setAll(true)}>
              {t.moreOf(slots.length - shown.length)}
              <span className="visually-hidden">, {doctorName}</span>
            </button>
          </li>
        )}
      </ul>
    </article>
  )
}

function Time({ slot, elsewhere, draw }: { slot: FreeSlot; elsewhere: boolean; draw: DrawSlot }) {
  const { t, locale } = useText(searchTexts)
  const { startsAt, timeZone, slotDate, doctorName } = slot
  const time = clock(startsAt, timeZone, locale)
  const own = clockNear(startsAt, ownZone, slotDate, locale)
  return draw(
    slot,
    <>
      {time}
      {elsewhere && <small> {t.yours(own)}</small>}
      {/* For screen readers, which read one time after the other without the card around it. */}
      <span className="visually-hidden">{`, ${longDate(slotDate, locale)}, ${doctorName}`}</span>
    </>,
  )
}
