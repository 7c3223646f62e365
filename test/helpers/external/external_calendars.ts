import { type CalendarAccess, sealAccess } from '../../../src/identity/calendar_access.ts'
import { KeyRing } from '../../../src/identity/key_ring.ts'
import type { Db } from '../database/database.ts'

type Caller = Pick<Db, 'one'>

/** The setting CALENDAR_KEYS of a test. */
export const calendarKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`
export const ring = new KeyRing(calendarKeys, 'CALENDAR_KEYS')

export interface Calendar {
  id: string
  clinic_id: string
  doctor_id: string
  kind: string
  origin: string
  last_ok_at: Date | null
  last_error: string | null
}

/** The argument `calendar` as the server passes it to the database. */
export function sealed(access: CalendarAccess): string {
  const { nonce, ciphertext, ...rest } = sealAccess(ring, access)
  return JSON.stringify({ ...rest, nonce: nonce.toString('hex'), ciphertext: ciphertext.toString('hex') })
}

const anAddress = { kind: 'ics', url: 'https://calendar.example.org/private-1/basic.ics' } as const

export const connectCalendar = (db: Caller, clinicId: string, doctorId: string, access: CalendarAccess = anAddress) =>
  db.one<Calendar>('select * from app_public.connect_external_calendar($1, $2, $3)', [
    clinicId,
    doctorId,
    sealed(access),
  ])

export const changeCalendar = (db: Caller, clinicId: string, calendarId: string, access: CalendarAccess = anAddress) =>
  db.one<Calendar>('select * from app_public.change_external_calendar($1, $2, $3)', [
    clinicId,
    calendarId,
    sealed(access),
  ])

export const disconnectCalendar = (db: Caller, clinicId: string, calendarId: string) =>
  db.one<Calendar>('select * from app_public.disconnect_external_calendar($1, $2)', [clinicId, calendarId])

export interface Busy {
  start: string
  end: string
  uid?: string
}

/**
 * Imports busy times as the job does. Returns how many absences each call changed, until there is nothing to change:
 * nothing is changed for a calendar that has been disconnected meanwhile.
 */
export async function importBusyTimes(
  db: Pick<Db, 'query'>,
  { clinic_id, id }: Pick<Calendar, 'clinic_id' | 'id'>,
  busy: Busy[],
  batch = 100,
): Promise<number[]> {
  const counts: number[] = []
  for (;;) {
    const [{ changed } = { changed: 0 }] = await db.query<{ changed: number }>(
      `select app_private.import_busy_times(a.clinic_id, a.calendar_id, a.nonce, $3, $4, $5, $6) as changed
       from app_private.external_calendar_access a where a.clinic_id = $1 and a.calendar_id = $2`,
      [
        clinic_id,
        id,
        busy.map(({ start }) => start),
        busy.map(({ end }) => end),
        busy.map(({ uid }) => uid ?? null),
        batch,
      ],
    )
    if (changed === 0) return counts
    counts.push(changed)
  }
}
