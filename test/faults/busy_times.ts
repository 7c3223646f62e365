import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Connection } from '../helpers/database/connection.ts'
import { connectCalendar } from '../helpers/external/external_calendars.ts'
import { eventually } from '../helpers/time/eventually.ts'
import type { Call, Operation } from './calendar/call.ts'
import type { Practice } from './clients.ts'
import type { Site } from './site.ts'

// Doctors who keep a calendar elsewhere: its busy times change again and again, and the worker of the site reads them
// from a real HTTP server. Every version that it was sent is a call: it has an end if the database has recorded that it
// was read, and otherwise it may have been imported at any time since, or never.

/** The doctors at work. */
export interface Doctors {
  /**
   * Ends them once the last version of each calendar was read. Returns the versions that the worker was sent, and the
   * differences that remain.
   */
  stop(): Promise<{ calls: Call[]; wrong: string[] }>
}

type Import = Extract<Operation, { name: 'import' }>

/** A calendar as its doctor keeps it. */
interface OwnCalendar {
  clinicId: string
  id: string
  doctorId: string
  /** The slots in which the calendar may have busy times, and the events for them. */
  slots: string[]
  events: Map<string, string>
  version: number
  busy: string[]
  /** The versions that the worker was sent, by the ETag of each answer. */
  sent: Map<string, Call>
}

/** Starts the doctors of a practice. `seed` determines their busy times. */
export async function keepCalendars(
  site: Site,
  { clinicId, busyDoctors }: Practice,
  owner: Connection,
  seed: number,
): Promise<Doctors> {
  let over = false
  const calendars: OwnCalendar[] = []
  const server = createServer((request, response) => {
    const calendar = calendars.find(({ doctorId }) => request.url === `/${doctorId}.ics`)
    if (!calendar) return response.writeHead(404).end()
    const version = `"${calendar.version} `
    if (request.headers['if-none-match']?.startsWith(version)) return response.writeHead(304).end()
    // Each answer has an ETag of its own.
    const etag = `${version}${calendar.sent.size}"`
    calendar.sent.set(etag, callOf(calendar))
    return response.writeHead(200, { etag, 'content-type': 'text/calendar' }).end(fileOf(calendar))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const { doctorId, slots } of busyDoctors) {
    const url = `http://127.0.0.1:${port}/${doctorId}.ics`
    const { id } = await connectCalendar(owner, clinicId, doctorId, { kind: 'ics', url })
    const events = await eventsIn(owner, clinicId, slots)
    calendars.push({ clinicId, id, doctorId, slots, events, version: 0, busy: [], sent: new Map() })
  }
  const wrong: string[] = []
  const doctors = calendars.map((calendar, n) =>
    changeAgainAndAgain(calendar, seed + n).catch((error: Error) => wrong.push(String(error.stack))),
  )

  return {
    async stop() {
      over = true
      await Promise.all(doctors)
      const db = await site.owner()
      try {
        for (const calendar of calendars) wrong.push(...(await differences(db, calendar)))
        return { calls: calendars.flatMap(({ sent }) => [...sent.values()]), wrong }
      } finally {
        await db.close()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }

  async function changeAgainAndAgain(calendar: OwnCalendar, own: number): Promise<void> {
    for (let batch = 0; !over; batch++)
      for (const busy of fc.sample(fc.subarray(calendar.slots, { maxLength: calendar.slots.length / 2 }), {
        seed: own + 100 * batch,
        numRuns: 100,
      })) {
        if (over) break
        Object.assign(calendar, { busy, version: calendar.version + 1 })
        await untilRead(site, calendar, () => over)
        // Long enough for visits to end meanwhile.
        await sleep(300)
      }
    // The last version stays when the clients have ended.
    await untilRead(site, calendar)
  }
}

/** An event within each slot, so that it covers a part of it and no other slot. */
async function eventsIn(owner: Connection, clinicId: string, slots: string[]): Promise<Map<string, string>> {
  const rows = await owner.query<{ id: string; starts: string; ends: string }>(
    `select id, to_char(starts_at + interval '5 minutes', 'YYYYMMDD"T"HH24MISS"Z"') as starts,
       to_char(ends_at - interval '5 minutes', 'YYYYMMDD"T"HH24MISS"Z"') as ends
     from (select id, starts_at at time zone 'UTC' as starts_at, ends_at at time zone 'UTC' as ends_at
       from app_public.booking_slots where clinic_id = $1 and id = any ($2)) s`,
    [clinicId, slots],
  )
  return new Map(
    rows.map(({ id, starts, ends }) => [
      id,
      [`BEGIN:VEVENT`, `UID:busy-${id}`, `DTSTART:${starts}`, `DTEND:${ends}`, 'END:VEVENT'].join('\r\n'),
    ]),
  )
}

const fileOf = ({ busy, events }: OwnCalendar) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', ...busy.map((slot) => events.get(slot))],
    ...['END:VCALENDAR', ''],
  ].join('\r\n')

/** The present version as the worker gets it now. */
function callOf({ id, slots, busy, version }: OwnCalendar): Call {
  const operation: Import = { name: 'import', calendar: `calendar ${id}`, slots, busy }
  const who = `the worker, of calendar ${id} version ${version}`
  return { who, mark: '', operation, start: performance.now(), end: Infinity, outcome: { kind: 'unknown' } }
}

/** Makes the worker read the calendar until the database has recorded the present version, or the clients have ended.
 * */
async function untilRead(
  site: Site,
  { clinicId, id, version, sent }: OwnCalendar,
  isTooLate = () => false,
): Promise<void> {
  let db: Connection | undefined
  let askedAt = -Infinity
  const isRead = async () => {
    if (isTooLate()) return true
    try {
      db ??= await site.owner()
      // Instead of waiting for five minutes. Again after a while: the worker may have been killed.
      if (performance.now() - askedAt > 2000) {
        await db.query(
          'update app_private.external_calendar_access set retry_at = now() where clinic_id = $1 and calendar_id = $2',
          [clinicId, id],
        )
        await db.query(`select graphile_worker.add_job('read_external_calendars')`)
        askedAt = performance.now()
      }
      const { etag } = await db.one<{ etag: string | null }>(
        'select etag from app_private.external_calendar_access where clinic_id = $1 and calendar_id = $2',
        [clinicId, id],
      )
      const call = sent.get(etag ?? '')
      if (call?.end === Infinity) Object.assign(call, { end: performance.now(), outcome: { kind: 'done' } })
      return etag?.startsWith(`"${version} `) ?? false
    } catch {
      // PostgreSQL was killed or restarted, and the job with it.
      await db?.close().catch(() => undefined)
      db = undefined
      askedAt = -Infinity
      return false
    }
  }
  await eventually(isRead, `version ${version} of calendar ${id} in the database`, 60_000)
  await db?.close().catch(() => undefined)
}

/** Whether the absences of a calendar are its busy times. */
async function differences(db: Connection, { clinicId, id, busy }: OwnCalendar): Promise<string[]> {
  const absences = await db.query<{ slot: string | null }>(
    `select bs.id as slot from app_public.absences a
     left join app_public.booking_slots bs on bs.clinic_id = a.clinic_id and bs.doctor_id = a.doctor_id
       and a.during = tstzrange(bs.starts_at + interval '5 minutes', bs.ends_at - interval '5 minutes')
     where a.clinic_id = $1 and a.calendar_id = $2 order by a.during`,
    [clinicId, id],
  )
  const found = absences.map(({ slot }) => slot).sort()
  return JSON.stringify(found) === JSON.stringify(busy.toSorted())
    ? []
    : [`calendar ${id} has busy times in the slots ${busy}, and absences in ${JSON.stringify(found)}`]
}
