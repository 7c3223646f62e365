import { useWorkplace } from '../staff/clinic.tsx'
import { clock, dayAndClock, longDate } from '../time.ts'
import { useNow } from './grid.tsx'
import { bookingOf, type DeskSlot, patientOf, standOf } from './slots.ts'
import { useDeskText } from './text.ts'

interface PrintedDayProps {
  date: string
  doctors: { id: string; fullName: string; slots: DeskSlot[] }[]
}

/** The day on paper: a list for each doctor, on pages of their own. The screen never shows it. */
export function PrintedDay({ date, doctors }: PrintedDayProps) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const now = new Date(useNow()).toISOString()
  const { time, patient, phone, note, state } = t.day.columns
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
                    <td>{t.stand[standOf(slot)]}</td>
                  </tr>
                ))}
            </tbody>
          </table>
          <footer>{t.day.printed(dayAndClock(now, clinic.timeZone, locale))}</footer>
        </section>
      ))}
    </div>
  )
}
