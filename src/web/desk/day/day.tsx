import { useState } from 'react'
import { Empty } from '../../parts/feedback/notice.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { useText } from '../../text/language.ts'
import { bookingOf, type DeskSlot } from '../data/slots.ts'
import type { useSlots } from '../data/use_slots.ts'
import { SlotSheet } from '../slot/slot_sheet.tsx'
import { DoctorHead } from './doctor_head.tsx'
import { DoctorSheet } from './doctor_sheet.tsx'
import { type Doctor, fieldsOf } from './doctors.ts'
import { type Column, Grid } from './grid.tsx'
import { clocksChange, marksOfDay, nowOn, placedByInstant, rangeOf, withoutReplaced } from './grid_time.ts'
import { Counts } from './head.tsx'
import { News } from './news.tsx'
import { PrintedDay } from './printed_day.tsx'

interface DayProps {
  doctors: Doctor[]
  show: string
  date: string
  page: ReturnType<typeof useSlots>
  /** The slots of the page. */
  slots: DeskSlot[]
  /** The booking whose sheet is open because a link named it. */
  wanted: string | undefined
  wasSeen(): void
}

/** The slots of the doctors who are shown, and the sheet of the slot or doctor that was opened. */
export function Day({ doctors, show, date, page, slots: all, wanted, wasSeen }: DayProps) {
  const { t } = useText(dayTexts)
  const [openId, setOpenId] = useState<string>()
  const [openDoctor, setOpenDoctor] = useState<Doctor>()
  const slots = withoutReplacedOfAll(all)
  const matching = doctors.filter((doctor) => isShown(doctor, show))
  const slotsOf = ({ id }: Doctor) => slots.filter(({ doctorId }) => doctorId === id)
  const there = matching.filter((doctor) => slotsOf(doctor).length > 0)
  const away = matching.filter((doctor) => doctor.isActive && slotsOf(doctor).length === 0)
  const openSlot = slots.find((slot) => (openId ? slot.id === openId : wanted && bookingOf(slot)?.id === wanted))
  const keep = (changed: DeskSlot[]) => {
    page.keep(changed)
    page.refetch()
  }
  const close = () => {
    setOpenId(undefined)
    wasSeen()
  }
  const closeAndKeep = (changed: DeskSlot[]) => {
    close()
    keep(changed)
  }

  return (
    <>
      <Counts slots={there.flatMap(slotsOf)} />
      <News news={page.news} />
      {there.length === 0 ? (
        <Empty title={t.emptyTitle}>
          <p>{slots.length === 0 ? t.empty : t.emptyShown}</p>
        </Empty>
      ) : (
        <DayGrid
          doctors={there}
          slotsOf={slotsOf}
          date={date}
          changed={page.changed}
          open={setOpenId}
          openDoctor={setOpenDoctor}
        />
      )}
      {there.length > 0 && <Away doctors={away} />}
      {openSlot && <SlotSheet key={openSlot.id} slot={openSlot} close={close} done={closeAndKeep} />}
      {openDoctor && (
        <DoctorSheet
          doctor={openDoctor}
          date={date}
          slots={slotsOf(openDoctor)}
          close={() => setOpenDoctor(undefined)}
          done={keep}
        />
      )}
      <PrintedDay
        date={date}
        doctors={there.map((doctor) => ({ id: doctor.id, fullName: doctor.fullName, slots: slotsOf(doctor) }))}
      />
    </>
  )
}

/** Whether `show` names the doctor (d1) or one of their specializations (s1), or nothing. */
const isShown = (doctor: Doctor, show: string) =>
  !show || show === `d${doctor.id}` || fieldsOf(doctor).some(({ id }) => show === `s${id}`)

const withoutReplacedOfAll = (slots: DeskSlot[]) =>
  [...Map.groupBy(slots, ({ doctorId }) => doctorId).values()].flatMap(withoutReplaced)

/** The doctors without slots on this day. */
function Away({ doctors }: { doctors: Doctor[] }) {
  const { t } = useText(dayTexts)
  return doctors.length > 0 && <p className="away">{t.away(doctors.map(({ fullName }) => fullName).join(', '))}</p>
}

interface DayGridProps {
  doctors: Doctor[]
  slotsOf(doctor: Doctor): DeskSlot[]
  date: string
  changed: ReturnType<typeof useSlots>['changed']
  open(slotId: string): void
  openDoctor(doctor: Doctor): void
}

/** A column for each doctor, by the clinic's clock. */
function DayGrid({ doctors, slotsOf, date, changed, open, openDoctor }: DayGridProps) {
  const { locale } = useText(dayTexts)
  const { clinic } = useWorkplace()
  const now = nowOn(date, clinic.timeZone)
  const withZone = clocksChange(date, clinic.timeZone)
  const columns = doctors.map(
    (doctor): Column => ({
      key: doctor.id,
      head: <DoctorHead doctor={doctor} date={date} open={() => openDoctor(doctor)} />,
      placed: placedByInstant(slotsOf(doctor), date, clinic.timeZone),
      now,
      withZone,
    }),
  )
  const range = rangeOf(columns.flatMap(({ placed }) => placed))
  return (
    <Grid
      columns={columns}
      range={range}
      marks={marksOfDay(date, clinic.timeZone, range, locale)}
      changed={changed}
      open={open}
    />
  )
}
