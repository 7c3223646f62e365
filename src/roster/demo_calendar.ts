import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import { type CalendarAccess, openAccess, type SealedAccess, sealAccess } from '../identity/calendar_access.ts'
import { KeyRing } from '../identity/key_ring.ts'

// The calendar that a doctor of the demo keeps elsewhere. It is served on this machine by the program that loads the demo, and
// the worker reads it there as it reads any other calendar. Outside of production, a calendar may be at such an address.

const path = '/medislot-demo-doctor.ics'

/**
 * Serves the calendar of a doctor of the demo, and gives it its present address in the database. If `isNew`, the demo has just
 * been loaded, and the calendar is connected; otherwise nothing is served when somebody has disconnected it. Takes the owner's
 * address and CALENDAR_KEYS. Call the result to stop.
 */
export async function serveDemoCalendar(
  databaseUrl: string,
  calendarKeys: string,
  isNew: boolean,
): Promise<() => Promise<void>> {
  const ring = new KeyRing(calendarKeys, 'CALENDAR_KEYS')
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot demo' })
  await client.connect()
  try {
    const calendar = isNew ? await doctorOf(client) : await findCalendar(client, ring)
    if (!calendar) return async () => undefined
    const { url, close } = await serve(calendar.since)
    try {
      const { nonce, ciphertext, ...sealed } = sealAccess(ring, { kind: 'ics', url })
      const access = { ...sealed, nonce: nonce.toString('hex'), ciphertext: ciphertext.toString('hex') }
      const how = 'calendarId' in calendar ? 'change_external_calendar' : 'connect_external_calendar'
      const which = 'calendarId' in calendar ? calendar.calendarId : calendar.doctorId
      await client.query(`select from app_public.${how}($1, $2, $3)`, [
        calendar.clinicId,
        which,
        JSON.stringify(access),
      ])
      // Instead of within a minute. Under the key of the job, so that it is not queued twice.
      await client.query('select graphile_worker.add_job($1, job_key => $1)', ['read_external_calendars'])
      return close
    } catch (error) {
      await close()
      throw error
    }
  } finally {
    await client.end()
  }
}

/** Serves the file at an address of this machine. */
async function serve(since: string): Promise<{ url: string; close: () => Promise<void> }> {
  const file = fileOf(since)
  const server = createServer((request, response) =>
    request.url === path
      ? response.writeHead(200, { 'content-type': 'text/calendar', etag: `"${since}"` }).end(file)
      : response.writeHead(404).end(),
  )
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Connected {
  clinicId: string
  calendarId: string
  /** The local date on which it was connected. */
  since: string
}

/** The doctor who gets the calendar. */
async function doctorOf(client: Client): Promise<{ clinicId: string; doctorId: string; since: string } | undefined> {
  const { rows } = await client.query(
    `select c.id as "clinicId", min(d.id) as "doctorId", (now() at time zone c.time_zone)::date::text as since
     from app_public.clinics c join app_public.doctors d on d.clinic_id = c.id
     where c.name like 'Riverside%' group by c.id`,
  )
  return rows[0]
}

/** The calendar, at the address that it had when the program ran last. */
async function findCalendar(client: Client, ring: KeyRing): Promise<Connected | undefined> {
  const { rows } = await client.query<Connected & SealedAccess>(
    `select ec.clinic_id as "clinicId", ec.id as "calendarId", ec.kind, ec.origin, a.key_id as "keyId", a.nonce,
       a.ciphertext, (ec.created_at at time zone c.time_zone)::date::text as since
     from app_public.external_calendars ec
     join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
     join app_public.clinics c on c.id = ec.clinic_id
     where ec.kind = 'ics' and ec.origin like 'http://127.0.0.1:%'`,
  )
  return rows.find((row) => accessOf(ring, row)?.url.endsWith(path))
}

/** How a calendar is read; undefined if it is encrypted under a key that is not there. */
function accessOf(ring: KeyRing, sealed: SealedAccess): CalendarAccess | undefined {
  try {
    return openAccess(ring, sealed)
  } catch {
    return undefined
  }
}

/**
 * The file: three events on working days, later than the slots that the demo makes, whose times are free for trying things
 * out. Its times are by the clinic's clock.
 */
function fileOf(since: string): string {
  const start = new Date(`${since}T00:00:00Z`)
  // A Wednesday.
  const first = 16 + ((3 - start.getUTCDay() - 16 + 21) % 7)
  const day = (n: number) =>
    new Date(start.getTime() + (first + n) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
  const events = [
    ['School conference', `DTSTART:${day(0)}T090000`, `DTEND:${day(0)}T120000`],
    ['Dentist', `DTSTART:${day(7)}T140000`, `DTEND:${day(7)}T153000`],
    ['Day off', `DTSTART;VALUE=DATE:${day(16)}`, `DTEND;VALUE=DATE:${day(17)}`],
  ]
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//medislot//demo//EN'],
    ...events.flatMap(([summary, starts, ends], n) => [
      ...['BEGIN:VEVENT', `UID:demo-${since}-${n}`, `DTSTAMP:${day(0)}T000000Z`, `SUMMARY:${summary}`],
      ...[starts, ends, 'END:VEVENT'],
    ]),
    ...['END:VCALENDAR', ''],
  ].join('\r\n')
}
