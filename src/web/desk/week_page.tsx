import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import { Empty, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock, dateText, localDate, plusDays } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { type Column, Grid, useNow } from './grid.tsx'
import { clocksChange, marksOfWeek, placedByClock, rangeOf, withoutReplaced } from './grid_time.ts'
import { ConnectionBanner, Counts, Place, Steps } from './head.tsx'
import { MovingBanner } from './moving.tsx'
import { News } from './news.tsx'
import { SlotSheet } from './slot_sheet.tsx'
import type { DeskSlot } from './slots.ts'
import { useDeskText } from './text.ts'
import { useIsPhone } from './use_is_phone.ts'
import { useSlots } from './use_slots.ts'

const DeskDoctor = graphql(`
  query DeskDoctor($clinicId: BigInt!, $id: BigInt!) { doctor(clinicId: $clinicId, id: $id) { fullName } }
`)

const mondayOf = (date: string) => {
  const day = parseDate(date)
  return plusDays(date, -((day.toDate('UTC').getUTCDay() + 6) % 7))
}

/** A doctor's week, day beside day, with the same slots and the same that can be done with them. */
export function WeekPage({ doctorId }: { doctorId: string }) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const [parameters] = useSearchParams()
  const [, go] = useLocation()
  const isPhone = useIsPhone()
  const now = new Date(useNow()).toISOString()
  const [open, setOpen] = useState<string>()
  const today = localDate(undefined, clinic.timeZone)
  const date = /^\d{4}-\d\d-\d\d$/.exec(parameters.get('date') ?? '')?.[0] ?? today
  const monday = mondayOf(date)
  const days = Array.from({ length: 7 }, (_, n) => plusDays(monday, n))
  const address = (day: string) => `/desk/${clinic.id}/week/${doctorId}?date=${day}`

  const { data, error: doctorError, again } = useQuery(DeskDoctor, { clinicId: clinic.id, id: doctorId })
  const page = useSlots({ clinicId: clinic.id, from: monday, to: plusDays(monday, 6), doctorId }, clinic.timeZone)
  const slots = page.slots && withoutReplaced(page.slots)
  const error = page.error ?? doctorError
  const title = data?.doctor ? t.day.week(data.doctor.fullName) : t.title
  // A phone shows one day at a time.
  const shown = isPhone ? [date] : days
  const [hour = 0, minute = 0] = clock(now, clinic.timeZone, 'en-GB').split(':').map(Number)
  const columns = shown.map(
    (day): Column => ({
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
        (slots ?? []).filter(({ slotDate }) => slotDate === day),
        clinic.timeZone,
      ),
      now: day === today ? hour * 60 + minute : undefined,
      withZone: clocksChange(day, clinic.timeZone),
    }),
  )
  const range = rangeOf(columns.flatMap(({ placed }) => placed))
  const opened = slots?.find(({ id }) => id === open)
  const done = (changed: DeskSlot[]) => {
    setOpen(undefined)
    page.keep(changed)
    page.again()
  }

  return (
    <Page title={title} back={{ href: `/desk/${clinic.id}?date=${date}`, label: t.day.toDay }} wide>
      <div className="desk">
        <Place connection={page.connection} />
        <div className="desk-tools">
          <Steps
            labels={
              isPhone
                ? { previous: t.day.previous, now: t.day.today, next: t.day.next }
                : { previous: t.day.previousWeek, now: t.day.thisWeek, next: t.day.nextWeek }
            }
            address={{
              previous: address(plusDays(date, isPhone ? -1 : -7)),
              now: address(today),
              next: address(plusDays(date, isPhone ? 1 : 7)),
            }}
            isNow={isPhone ? date === today : days.includes(today)}
            date={date}
            choose={(day) => go(address(day))}
          >
            <strong className="week-dates">
              {dateText(monday, locale, { day: 'numeric', month: 'short' })} –{' '}
              {dateText(plusDays(monday, 6), locale, { day: 'numeric', month: 'short', year: 'numeric' })}
            </strong>
          </Steps>
        </div>
        <ConnectionBanner connection={page.connection} />
        <MovingBanner />
        {error !== undefined ? (
          <Problem
            error={error}
            again={() => {
              page.again()
              again()
            }}
          />
        ) : (
          <>
            <Counts slots={slots} />
            <News news={page.news} />
            {!slots ? (
              <div className="bone grid-bone" aria-hidden="true" />
            ) : columns.every(({ placed }) => placed.length === 0) ? (
              <Empty title={t.day.emptyTitle}>
                <p>{t.day.empty}</p>
              </Empty>
            ) : (
              <Grid
                columns={columns}
                range={range}
                marks={marksOfWeek(range, locale)}
                changed={page.changed}
                open={setOpen}
              />
            )}
          </>
        )}
        {opened && <SlotSheet key={opened.id} slot={opened} close={() => setOpen(undefined)} done={done} />}
      </div>
    </Page>
  )
}
