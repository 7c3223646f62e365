import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { taskList } from '../../../src/worker/task_list.ts'
import type { CalendarSettings } from '../../../src/worker/tasks/schedule/read_external_calendars.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import type { ClonedDatabase } from '../../helpers/database/cluster.ts'
import { ownPool } from '../../helpers/database/own_pool.ts'
import { connectCalendar, ring } from '../../helpers/external/external_calendars.ts'
import { work as workOff } from '../../helpers/programs/work.ts'
import { aDoctorsDay } from '../../sql/schedule/absence/a_doctors_day.ts'

// The job reads ICS files from a real HTTP server.

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aDoctorsDay>[0]
let server: Server
let origin: string
let answer: (request: IncomingMessage, response: ServerResponse) => void
let requests: IncomingMessage[] = []

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
  server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  requests = []
})
afterAll(async () => {
  await new Promise((resolve) => server?.close(resolve))
  await pool?.end()
  await database?.drop()
})

/** Reads the calendars that are due, after all of them have become due. */
async function readCalendars(settings: CalendarSettings = { ring }): Promise<void> {
  await pool.query('update app_private.external_calendar_access set retry_at = now()')
  const tasks = taskList({}, 'https://book.test', undefined, undefined, undefined, settings)
  expect(await workOff(pool, tasks, 'read_external_calendars')).toEqual([])
}

/** A practice with a slot and a calendar, which is the only one of the database. */
async function aConnectedPractice(path = '/private/doctor.ics', credentials = {}) {
  await db.query('delete from app_public.external_calendars')
  const day = await aDoctorsDay(db)
  const practice = { ...day, slotId: day.slotIds[0] }
  const { id } = await connectCalendar(db, practice.clinicId, practice.doctorId, {
    kind: 'ics',
    url: origin + path,
    ...credentials,
  })
  const slot = await db.one<{ file: string }>(
    `select concat_ws(E'\\r\\n', 'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', 'BEGIN:VEVENT', 'UID:x', 'SUMMARY:Secret',
       'DTSTART:' || to_char(starts_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'),
       'DTEND:' || to_char(ends_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'), 'END:VEVENT', 'END:VCALENDAR', '') as file
     from app_public.booking_slots where id = $1`,
    [practice.slotId],
  )
  const state = async () =>
    (await db.one<{ status: string }>('select status from app_public.booking_slots where id = $1', [practice.slotId]))
      .status
  const error = async () =>
    (
      await db.one<{ last_error: string | null }>(
        'select last_error from app_public.external_calendars where id = $1',
        [id],
      )
    ).last_error
  return { ...practice, calendarId: id, busy: slot.file, state, error }
}

const free = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n'
const file =
  (text: string, etag?: string) =>
  ({ headers }: IncomingMessage, response: ServerResponse): void => {
    if (etag && headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { 'content-type': 'text/calendar', ...(etag ? { etag } : {}) }).end(text)
  }

it('withdraws the slots of events, and gives them back when the events are gone', async () => {
  const { busy, state, error, clinicId } = await aConnectedPractice()
  answer = file(busy)
  await readCalendars()
  expect([await state(), await error()]).toEqual(['withdrawn', null])
  const everything = await db.query('select a::text as text from app_public.absences a where clinic_id = $1', [
    clinicId,
  ])
  expect(JSON.stringify(everything)).not.toContain('Secret')
  answer = file(free)
  await readCalendars()
  expect(await state()).toBe('open')
})

it('asks for what has changed only, and once a day for everything', async () => {
  const { busy, state, calendarId } = await aConnectedPractice()
  answer = file(busy, '"v1"')
  await readCalendars()
  await readCalendars()
  expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
  expect(await state()).toBe('withdrawn')
  await db.query(
    `update app_private.external_calendar_access set read_fully_at = now() - interval '1 day' where calendar_id = $1`,
    [calendarId],
  )
  await readCalendars()
  expect(requests[2]?.headers['if-none-match']).toBeUndefined()
})

it('keeps the busy times while a calendar cannot be read, and says why', async () => {
  const { busy, state, error } = await aConnectedPractice()
  answer = file(busy)
  await readCalendars()
  const answers: [typeof answer, string][] = [
    [(_, response) => response.writeHead(401).end(), 'unauthorized'],
    [(_, response) => response.writeHead(404).end(), 'not_found'],
    [(_, response) => response.writeHead(500).end(), 'unreachable'],
    [(request) => request.socket.destroy(), 'unreachable'],
    [file('<!doctype html>'), 'not_a_calendar'],
    [file(`${busy}${' '.repeat(2 * 1024 * 1024)}`), 'too_large'],
    [(_, response) => response.writeHead(302, { location: '/again' }).end(), 'unreachable'],
  ]
  for (const [given, reason] of answers) {
    answer = given
    await readCalendars()
    expect([await state(), await error()]).toEqual(['withdrawn', reason])
  }
  answer = file(free)
  await readCalendars()
  expect([await state(), await error()]).toEqual(['open', null])
})

it('sends the user name and the password, but not to another origin', async () => {
  const { error } = await aConnectedPractice('/mine.ics', { username: 'dr', password: 'grün' })
  answer = ({ url, headers }, response) => {
    if (url === '/mine.ics')
      response.writeHead(302, { location: `${origin.replace('127.0.0.1', 'localhost')}/theirs.ics` }).end()
    else file(headers.authorization ? 'leaked' : free)({ headers } as IncomingMessage, response)
  }
  await readCalendars()
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${Buffer.from('dr:grün').toString('base64')}`,
    undefined,
  ])
  expect(await error()).toBeNull()
})

it('in production, reaches no address inside a network, by name, by address or by a redirect', async () => {
  const { error } = await aConnectedPractice()
  answer = file(free)
  const arePublic = async (addresses: string[]) =>
    (
      await db.one<{ are: boolean }>(
        'select bool_and(app_private.is_public_address(address)) as are from unnest($1::inet[]) address',
        [addresses],
      )
    ).are
  // http, which production refuses when the address is entered.
  await readCalendars({ ring, arePublic })
  expect([await error(), requests]).toEqual(['not_public', []])
  for (const url of ['https://127.0.0.1/x.ics', 'https://[::1]/x.ics', 'https://localhost/x.ics']) {
    const { clinicId, doctorId } = await aPractice(db)
    await db.query('delete from app_public.external_calendars')
    const { id } = await connectCalendar(db, clinicId, doctorId, { kind: 'ics', url })
    await readCalendars({ ring, arePublic })
    expect(await db.one('select last_error from app_public.external_calendars where id = $1', [id])).toEqual({
      last_error: 'not_public',
    })
  }
})

it('reads the other calendars when the key of one is missing', async () => {
  const { error, calendarId, clinicId, doctorId, state, busy } = await aConnectedPractice()
  await db.query(`update app_private.external_calendar_access set key_id = 'lost' where calendar_id = $1`, [calendarId])
  await connectCalendar(db, clinicId, doctorId, { kind: 'ics', url: `${origin}/other.ics` })
  answer = file(busy)
  await readCalendars()
  expect([await error(), await state()]).toEqual(['failed', 'withdrawn'])
})
