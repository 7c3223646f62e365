import { useState } from 'react'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { localDate } from '../../../time/time.ts'
import { Empty } from '../../feedback/notice.tsx'
import { Pending } from '../../feedback/pending.tsx'
import { Listing, Loaded } from '../../listing.tsx'
import { Calendars } from '../calendars/calendars.tsx'
import { useDoctorNames } from '../use_doctor_names.ts'
import { useWorkplace } from '../workplace.tsx'
import { AbsenceBar } from './absence_bar.tsx'
import { AbsenceRow } from './absence_row.tsx'
import { AbsenceSheet } from './absence_sheet.tsx'
import { HolidaysSheet } from './holidays_sheet.tsx'
import { RemoveAbsence } from './remove_absence.tsx'
import { type Absence, useAbsences } from './use_absences.ts'
import { YearChart } from './year_chart.tsx'
import './absences.css'

type Opened =
  | { dialog: 'enter'; from: string; until: string; changed?: Absence }
  | { dialog: 'remove'; absence: Absence }
  | { dialog: 'holidays' }

/** The absences of a year: at a glance, as a list, and a form to enter one. */
export function Absences() {
  const { t } = useText(absencesTexts)
  const { clinic, isDesk, maySeeTo } = useWorkplace()
  const today = localDate(undefined, clinic.timeZone)
  const [year, setYear] = useState(Number(today.slice(0, 4)))
  const [whose, setWhose] = useState('')
  const [opened, setOpened] = useState<Opened>()
  const query = useAbsences(year)
  const names = useDoctorNames()
  const doctors = (names.data?.nodes ?? []).filter(({ id, isActive }) => isActive && maySeeTo(id))
  const mayAdd = isDesk || doctors.length > 0
  const chosen = (absences: Absence[]) =>
    absences.filter(({ doctorId }) => !whose || doctorId === null || doctorId === whose)
  const enter = (from: string, until: string, changed?: Absence) =>
    setOpened({ dialog: 'enter', from, until, ...(changed && { changed }) })
  // Those of external calendars are many, and nothing is done with them here: the chart shows them.
  const entered = (absences: Absence[]) => chosen(absences).filter(({ calendarId }) => calendarId === null)
  const hasBusyTimes = chosen(query.data?.nodes ?? []).some(({ calendarId }) => calendarId !== null)
  const firstDay = year === Number(today.slice(0, 4)) ? today : `${year}-01-01`
  const dialog = { saved: query.refetch, close: () => setOpened(undefined) }
  return (
    <>
      {/* The bar is shown when the doctors are known: the width of the choice depends on their names. */}
      <Pending when={names.pending} />
      <AbsenceBar
        {...{ year, setYear, doctors, whose, setWhose, mayAdd }}
        add={() => enter(firstDay, firstDay)}
        addHolidays={() => setOpened({ dialog: 'holidays' })}
      />
      <Loaded query={query} skeleton="block">
        {({ nodes }) => (
          <YearChart
            year={year}
            today={today}
            absences={chosen(nodes)}
            drag={(from, until) => mayAdd && enter(from, until)}
          />
        )}
      </Loaded>
      {mayAdd && <p className="hint drag-hint">{t.dragHint}</p>}
      <Listing
        query={query}
        pick={entered}
        empty={
          <Empty title={hasBusyTimes ? t.noneEnteredTitle : t.emptyTitle}>
            {hasBusyTimes && <p>{t.busyTimes}</p>}
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(absence) => (
          <AbsenceRow
            absence={absence}
            change={() => enter(absence.firstDate, absence.lastDate, absence)}
            remove={() => setOpened({ dialog: 'remove', absence })}
          />
        )}
      </Listing>
      <Calendars changed={query.refetch} />
      {opened?.dialog === 'enter' && <AbsenceSheet doctors={doctors} {...opened} {...dialog} />}
      {opened?.dialog === 'holidays' && query.data && (
        <HolidaysSheet
          year={year}
          known={query.data.nodes.flatMap(({ sourceKey }) => (sourceKey ? [sourceKey] : []))}
          {...dialog}
        />
      )}
      {opened?.dialog === 'remove' && (
        <RemoveAbsence absence={opened.absence} removed={dialog.saved} close={dialog.close} />
      )}
    </>
  )
}
