import type { Task } from 'graphile-worker'
import type { ArePublic } from '../../../http/public_addresses.ts'
import { openAccess, type SealedAccess } from '../../../identity/calendar_access.ts'
import type { KeyRing } from '../../../identity/key_ring.ts'
import { busyTimes } from '../../calendars/busy_times.ts'
import { guardedFetch } from '../../calendars/guarded_fetch.ts'
import { readCaldav } from '../../calendars/read_caldav.ts'
import { type Content, readIcs } from '../../calendars/read_ics.ts'
import { ReadingError } from '../../calendars/reading_error.ts'
import { handleClaimed } from '../../repeat.ts'

/** What the job needs: the keys of CALENDAR_KEYS, and in production the check of addresses. */
export interface CalendarSettings {
  ring?: KeyRing | undefined
  arePublic?: ArePublic | undefined
}

interface Claimed extends SealedAccess {
  clinicId: string
  calendarId: string
  etag: string | null
  timeZone: string
  from: Date
  to: Date
}

/** Requests a calendar from its server. Undefined: it has not changed. */
async function request(claimed: Claimed, { ring, arePublic }: CalendarSettings): Promise<Content | undefined> {
  if (!ring) throw new Error('CALENDAR_KEYS is not set')
  const access = openAccess(ring, claimed)
  const { fetch, close } = guardedFetch(arePublic)
  try {
    return await (access.kind === 'ics'
      ? readIcs(access, claimed.etag, fetch)
      : readCaldav(access, claimed.etag, claimed, fetch))
  } finally {
    await close()
  }
}

/**
 * Makes the task that reads the external calendars that are due and gives their busy times to the database. Servers are
 * called outside of transactions.
 */
export const readExternalCalendars =
  (settings: CalendarSettings): Task =>
  async (_payload, helpers) => {
    const { query, logger } = helpers

    /** Reads a calendar and imports it. Returns the etag of what was read. */
    async function read(claimed: Claimed): Promise<string | null> {
      const { clinicId, calendarId, nonce, etag } = claimed
      const content = await request(claimed, settings)
      if (!content) return etag
      const busy = busyTimes(content.files, claimed)
      const times = [busy.map(({ start }) => start), busy.map(({ end }) => end), busy.map(({ uid }) => uid)]
      for (;;) {
        const { rows } = await query<{ changed: number }>(
          'select app_private.import_busy_times($1, $2, $3, $4, $5, $6) as changed',
          [clinicId, calendarId, nonce, ...times],
        )
        if (!rows[0]?.changed) return content.etag
      }
    }

    async function handle(claimed: Claimed): Promise<void> {
      const { clinicId, calendarId, nonce } = claimed
      const record = (etag: string | null, error: string | null) =>
        query('select app_private.record_calendar_read($1, $2, $3, $4, $5, $6)', [
          clinicId,
          calendarId,
          nonce,
          etag,
          claimed.etag === null,
          error,
        ])
      try {
        await record(await read(claimed), null)
      } catch (error) {
        const reason = error instanceof ReadingError ? error.reason : 'failed'
        // Without the error's text, which may hold the address; what is our fault is logged in full.
        logger.error(
          `calendar ${calendarId} of clinic ${clinicId} was not read: ${reason}`,
          reason === 'failed' ? { error } : {},
        )
        await record(null, reason)
      }
    }

    await handleClaimed<Claimed>(
      helpers,
      `select clinic_id as "clinicId", calendar_id as "calendarId", kind, origin, key_id as "keyId", nonce, ciphertext,
         etag, time_zone as "timeZone", window_start as "from", window_end as "to"
       from app_private.claim_external_calendars()`,
      handle,
    )
  }
