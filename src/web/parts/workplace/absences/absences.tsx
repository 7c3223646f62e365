import { useState } from 'react'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { localDate } from '../../../time/time.ts'
import { Empty } from '../../feedback/notice.tsx'
import { Pending } from '../../feedback/pending.tsx'
import { Listing, Loaded } from '../../listing.tsx'
import { Calendars } from '../calendars/calendars.tsx'
import type { ChoosableDoctor } from '../doctor_options.tsx'
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
  const firstDay = year === Number(today.slice(0, 4)) ? today : `${year}-01-01`
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
      <AbsenceList
        query={query}
        chosen={chosen}
        change={(absence) => enter(absence.firstDate, absence.lastDate, absence)}
        remove={(absence) => setOpened({ dialog: 'remove', absence })}
      />
      <Calendars changed={query.refetch} />
      {opened && (
        <Dialog
          {...{ opened, doctors, year }}
          absences={query.data?.nodes}
          saved={query.refetch}
          close={() => setOpened(undefined)}
        />
      )}
    </>
  )
}

interface AbsenceListProps {
  query: ReturnType<typeof useAbsences>
  /** Those of the doctors who are shown. */
  chosen(absences: Absence[]): Absence[]
  change(absence: Absence): void
  remove(absence: Absence): void
}

/** The absences that were entered here. Those of external calendars are many and cannot be changed: only the chart shows them. */
function AbsenceList({ query, chosen, change, remove }: AbsenceListProps) {
  const { t } = useText(absencesTexts)
  const hasBusyTimes = chosen(query.data?.nodes ?? []).some(({ calendarId }) => calendarId !== null)
  return (
    <Listing
      query={query}
      pick={(absences) => chosen(absences).filter(({ calendarId }) => calendarId === null)}
      empty={
        <Empty title={hasBusyTimes ? t.noneEnteredTitle : t.emptyTitle}>
          {hasBusyTimes && <p>{t.busyTimes}</p>}
          <p>{t.empty}</p>
        </Empty>
      }
    >
      {(absence) => <AbsenceRow absence={absence} change={() => change(absence)} remove={() => remove(absence)} />}
    </Listing>
  )
}

interface DialogProps {
  opened: Opened
  doctors: ChoosableDoctor[]
  year: number
  /** Undefined until they are loaded. */
  absences: Absence[] | undefined
  saved(): void
  close(): void
}

function Dialog({ opened, doctors, year, absences, saved, close }: DialogProps) {
  if (opened.dialog === 'enter') return <AbsenceSheet doctors={doctors} {...opened} saved={saved} close={close} />
  if (opened.dialog === 'remove') return <RemoveAbsence absence={opened.absence} removed={saved} close={close} />
  const known = absences?.flatMap(({ sourceKey }) => (sourceKey ? [sourceKey] : []))
  return known && <HolidaysSheet year={year} known={known} saved={saved} close={close} />
}
