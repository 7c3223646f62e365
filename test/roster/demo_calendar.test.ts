import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { serveDemoCalendar } from '../../src/roster/demo_calendar.ts'
import { taskList } from '../../src/worker/task_list.ts'
import { aDoctor } from '../helpers/clinic/world.ts'
import type { ClonedDatabase } from '../helpers/database/cluster.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { calendarKeys, ring } from '../helpers/external/external_calendars.ts'
import { work } from '../helpers/programs/work.ts'

// The demo serves the calendar of a doctor on this machine, and the job reads it there.

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aDoctor>[0]
let clinicId: string
let doctorId: string

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
  ;({ id: clinicId } = await db.one<{ id: string }>(
    `insert into app_public.clinics (name, time_zone) values ('Riverside Test', 'Europe/Berlin') returning id`,
  ))
  doctorId = await aDoctor(db, clinicId)
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const serve = (isNew: boolean) => serveDemoCalendar(database.url, calendarKeys, isNew)
const read = () =>
  work(pool, taskList({}, 'https://book.test', undefined, undefined, undefined, { ring }), 'read_external_calendars')
const calendars = () =>
  db.query<{ doctor_id: string; origin: string; last_error: string | null; is_read: boolean }>(
    'select doctor_id, origin, last_error, last_ok_at is not null as is_read from app_public.external_calendars',
  )
const busyTimes = () =>
  db.query<{ id: string }>(
    `select id, extract(isodow from first_date)::int as weekday, start_time, end_time, first_date - current_date between 14 and 40 as is_near
     from app_public.absences where clinic_id = $1 and doctor_id = $2 and kind = 'external' order by during`,
    [clinicId, doctorId],
  )

const expected = [
  { weekday: 3, start_time: '09:00:00', end_time: '12:00:00', is_near: true },
  { weekday: 3, start_time: '14:00:00', end_time: '15:30:00', is_near: true },
  { weekday: 5, start_time: null, end_time: null, is_near: true },
]

it('a new demo has a connected calendar whose busy times are absences, and at the next start it has its new address', async () => {
  const stop = await serve(true)
  expect(await read()).toEqual([])
  await stop()
  const [first] = await calendars()
  expect(await calendars()).toEqual([
    {
      doctor_id: doctorId,
      origin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      last_error: null,
      is_read: true,
    },
  ])
  const before = await busyTimes()
  expect(before).toEqual(expected.map((busy) => ({ id: expect.any(String), ...busy })))

  const stopAgain = await serve(false)
  expect(await read()).toEqual([])
  const [second] = await calendars()
  expect(second).toMatchObject({ doctor_id: doctorId, last_error: null })
  expect(second?.origin).not.toBe(first?.origin)
  expect(await busyTimes()).toEqual(before)
  await stopAgain()
})

it('a demo whose calendar was disconnected does not connect it again', async () => {
  await db.query('delete from app_public.external_calendars')
  await (await serve(false))()
  expect(await calendars()).toEqual([])
})

it('a production database refuses the calendar of the demo', async () => {
  await db.query('update app_private.installation set is_production = true')
  await expect(serve(true)).rejects.toMatchObject({ code: 'MS673' })
  expect(await calendars()).toEqual([])
})
