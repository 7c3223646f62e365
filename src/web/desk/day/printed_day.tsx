import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { slotStateTexts } from '../../text/desk/slot_state.ts'
import { useText } from '../../text/language.ts'
import { clock, dayAndClock, longDate } from '../../time/time.ts'
import { bookingOf, type DeskSlot, patientOf, stateOf } from '../data/slots.ts'
import { useNow } from './grid.tsx'

interface PrintedDayProps {
  date: string
  doctors: { id: string; fullName: string; slots: DeskSlot[] }[]
}

/** The day in print: a list for each doctor on separate pages. It is not shown on the screen. */
export function PrintedDay({ date, doctors }: PrintedDayProps) {
  const { t, locale } = useText(dayTexts)
  const { t: stateText } = useText(slotStateTexts)
  const { clinic } = useWorkplace()
  const now = new Date(useNow()).toISOString()
  const { time, patient, phone, note, state } = t.columns
  return (
    <div className="printed">
      {doctors.map(({ id, fullName, slots }) => (
        <section key={id}>
          <h2>{fullName}</h2>
          <p>
            {longDate(date, locale)}, {clinic.name}
          </p>
          <table>
            <thead>
              <tr>
                {[time, patient, phone, note, state].map((heading) => (
                  <th key={heading} scope="col">
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {slots
                .filter(({ status }) => status !== 'WITHDRAWN')
                .map((slot) => (
                  <tr key={slot.id}>
                    <td>
                      {clock(slot.startsAt, clinic.timeZone, locale)}–{clock(slot.endsAt, clinic.timeZone, locale)}
                    </td>
                    <td>{patientOf(slot)}</td>
                    <td>{patientOf(slot) && slot.clinicCustomer?.phone}</td>
                    <td>
                      {[bookingOf(slot)?.note, patientOf(slot) && slot.clinicCustomer?.notes]
                        .filter(Boolean)
                        .join(' · ')}
                    </td>
                    <td>{stateText[stateOf(slot)]}</td>
                  </tr>
                ))}
            </tbody>
          </table>
          <footer>{t.printed(dayAndClock(now, clinic.timeZone, locale))}</footer>
        </section>
      ))}
    </div>
  )
}
