import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Empty, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useIsPhone } from '../../parts/layout/use_is_phone.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { useLanguage, useText } from '../../text/language.ts'
import { clock, dateText, localDate, plusDays } from '../../time/time.ts'
import { BookingForBanner } from '../booking_for.tsx'
import type { DeskSlot } from '../data/slots.ts'
import { type SlotsOfPage, useSlots } from '../data/use_slots.ts'
import { MovingBanner } from '../moving.tsx'
import { SlotSheet } from '../slot/slot_sheet.tsx'
import { type Column, Grid, useNow } from './grid.tsx'
import { clocksChange, marksOfWeek, placedByClock, rangeOf, withoutReplaced } from './grid_time.ts'
import { ConnectionBanner, Counts, Place, Steps } from './head.tsx'
import { News } from './news.tsx'
import { Subscribe } from './subscribe.tsx'

const DeskDoctor = graphql(`
  query DeskDoctor($clinicId: BigInt!, $id: BigInt!) { doctor(clinicId: $clinicId, id: $id) { id fullName } }
`)

const mondayOf = (date: string) => {
  const day = parseDate(date)
  return plusDays(date, -((day.toDate('UTC').getUTCDay() + 6) % 7))
}

/** A doctor's week: the days side by side, with the same slots and actions as the day page. */
export function WeekPage({ doctorId }: { doctorId: string }) {
  const { t } = useText(dayTexts)
  const { clinic } = useWorkplace()
  const [parameters] = useSearchParams()
  const isPhone = useIsPhone()
  const [open, setOpen] = useState<string>()
  useNow()
  const today = localDate(undefined, clinic.timeZone)
  const date = /^\d{4}-\d\d-\d\d$/.exec(parameters.get('date') ?? '')?.[0] ?? today
  const monday = mondayOf(date)
  const days = Array.from({ length: 7 }, (_, n) => plusDays(monday, n))

  const { data, error: doctorError, pending, refetch } = useQuery(DeskDoctor, { clinicId: clinic.id, id: doctorId })
  const page = useSlots({ clinicId: clinic.id, from: monday, to: plusDays(monday, 6), doctorId }, clinic.timeZone)
  const slots = page.slots && withoutReplaced(page.slots)
  const error = page.error ?? doctorError
  const title = data?.doctor ? t.week(data.doctor.fullName) : t.title
  const opened = slots?.find(({ id }) => id === open)
  const done = (changed: DeskSlot[]) => {
    setOpen(undefined)
    page.keep(changed)
    page.refetch()
  }

  return (
    <Page title={title} back={{ href: `/desk/${clinic.id}?date=${date}`, label: t.toDay }} wide>
      <div className="desk">
        <Place connection={page.connection} />
        <div className="desk-tools">
          <WeekSteps doctorId={doctorId} date={date} days={days} />
          <Pending when={pending} />
          {data?.doctor && <Subscribe doctor={data.doctor} />}
        </div>
        <ConnectionBanner connection={page.connection} />
        <MovingBanner />
        <BookingForBanner />
        {error !== undefined ? (
          <Problem
            error={error}
            retry={() => {
              page.refetch()
              refetch()
            }}
          />
        ) : (
          // A phone shows one day at a time.
          <Week days={isPhone ? [date] : days} slots={slots} page={page} open={setOpen} />
        )}
        {opened && <SlotSheet key={opened.id} slot={opened} close={() => setOpen(undefined)} done={done} />}
      </div>
    </Page>
  )
}

interface WeekProps {
  days: string[]
  /** Undefined until they are loaded. */
  slots: DeskSlot[] | undefined
  page: SlotsOfPage
  open(slotId: string): void
}

/** The slots of some days, or their outline until they are loaded. */
function Week({ days, slots, page, open }: WeekProps) {
  const { t, locale } = useText(dayTexts)
  const columns = useColumns(days, slots ?? [])
  const range = rangeOf(columns.flatMap(({ placed }) => placed))
  return (
    <>
      <Counts slots={slots} />
      <News news={page.news} />
      {!slots ? (
        <div className="pending skeleton-bar grid-skeleton" aria-hidden="true" />
      ) : columns.every(({ placed }) => placed.length === 0) ? (
        <Empty title={t.emptyTitle}>
          <p>{t.empty}</p>
        </Empty>
      ) : (
        <Grid columns={columns} range={range} marks={marksOfWeek(range, locale)} changed={page.changed} open={open} />
      )}
    </>
  )
}

interface WeekStepsProps {
  doctorId: string
  date: string
  /** The days of the week of the date. */
  days: string[]
}

/** Navigation between weeks, on a phone between days. */
function WeekSteps({ doctorId, date, days }: WeekStepsProps) {
  const { t, locale } = useText(dayTexts)
  const { clinic } = useWorkplace()
  const [, go] = useLocation()
  const isPhone = useIsPhone()
  const today = localDate(undefined, clinic.timeZone)
  const address = (day: string) => `/desk/${clinic.id}/week/${doctorId}?date=${day}`
  const [monday = date] = days
  return (
    <Steps
      labels={
        isPhone
          ? { previous: t.previous, now: t.today, next: t.next }
          : { previous: t.previousWeek, now: t.thisWeek, next: t.nextWeek }
      }
      address={{
        previous: address(plusDays(date, isPhone ? -1 : -7)),
        now: address(today),
        next: address(plusDays(date, isPhone ? 1 : 7)),
      }}
      isNow={isPhone ? date === today : days.includes(today)}
      date={date}
      doctorId={doctorId}
      choose={(day) => go(address(day))}
    >
      <strong className="week-dates">
        {dateText(monday, locale, { day: 'numeric', month: 'short' })} –{' '}
        {dateText(plusDays(monday, 6), locale, { day: 'numeric', month: 'short', year: 'numeric' })}
      </strong>
    </Steps>
  )
}

/** A column of the grid for each of some days. */
function useColumns(days: string[], slots: DeskSlot[]): Column[] {
  const { locale } = useLanguage()
  const { clinic } = useWorkplace()
  const now = new Date(useNow()).toISOString()
  const today = localDate(now, clinic.timeZone)
  const [hour = 0, minute = 0] = clock(now, clinic.timeZone, 'en-GB').split(':').map(Number)
  return days.map((day) => ({
    key: day,
    head: (
      <h2 id={`column-${day}`} className={`doctor-name${day === today ? ' today' : ''}`}>
        <Link href={`/desk/${clinic.id}?date=${day}`}>
          {dateText(day, locale, { weekday: 'long' })}
          <small>{dateText(day, locale, { day: 'numeric', month: 'short' })}</small>
        </Link>
      </h2>
    ),
    placed: placedByClock(
      slots.filter(({ slotDate }) => slotDate === day),
      clinic.timeZone,
    ),
    now: day === today ? hour * 60 + minute : undefined,
    withZone: clocksChange(day, clinic.timeZone),
  }))
}
