import { createHash } from 'node:crypto'
import { createDAVClient, type DAVCalendar } from 'tsdav'
import type { CalendarAccess } from '../../identity/calendar_access.ts'
import type { Content } from './read_ics.ts'
import { ReadingError, reasonOfStatus } from './reading_error.ts'

type Fetch = typeof globalThis.fetch

/**
 * Reads the events within a time from a CalDAV server (RFC 4791), unless its calendars are still the versions of the etag. The
 * address is that of one calendar, or of the server or the account, all of whose calendars with events are read then. Throws
 * ReadingError.
 */
export async function readCaldav(
  access: CalendarAccess,
  etag: string | null,
  { from, to }: { from: Date; to: Date },
  fetch: Fetch,
): Promise<Content | undefined> {
  const watched = watch(fetch)
  try {
    const client = await createDAVClient({
      serverUrl: access.url,
      credentials: { username: access.username as string, password: access.password as string },
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
      fetch: watched.fetch,
    })
    // While the account is looked for, some answers are errors; from here on, an error would look like a calendar without events.
    watched.isStrict = true
    const calendars = chosen(await client.fetchCalendars(), access.url)
    if (calendars.length === 0) throw new ReadingError('not_found', 'the account has no calendar with events')
    const version = versionOf(calendars)
    if (version && version === etag) return undefined
    const timeRange = { start: from.toISOString(), end: to.toISOString() }
    const files: string[] = []
    for (const calendar of calendars)
      for (const { data } of await client.fetchCalendarObjects({ calendar, timeRange, urlFilter: Boolean })) {
        if (typeof data !== 'string') throw new ReadingError('not_a_calendar', 'an event has no data')
        files.push(data)
      }
    return { files, etag: version }
  } catch (error) {
    if (error instanceof ReadingError) throw error
    throw new ReadingError(watched.failure ?? 'not_a_calendar', (error as Error).message, { cause: error })
  }
}

/** Notes why requests fail, which tsdav does not say in its errors. Once it is strict, such an answer is an error itself. */
function watch(fetch: Fetch) {
  const watched = {
    isStrict: false,
    failure: undefined as ReadingError['reason'] | undefined,
    fetch: (async (input, init) => {
      const response = await fetch(input, init)
      if (response.status >= 400) {
        watched.failure = reasonOfStatus(response.status)
        if (watched.isStrict) throw new ReadingError(watched.failure, `the server answered ${response.status}`)
      }
      return response
    }) as Fetch,
  }
  return watched
}

function chosen(calendars: DAVCalendar[], url: string): DAVCalendar[] {
  const withEvents = calendars.filter(({ components }) => !components?.length || components.includes('VEVENT'))
  const one = withEvents.filter((calendar) => calendar.url.replace(/\/$/, '') === url.replace(/\/$/, ''))
  return one.length > 0 ? one : withEvents
}

/** What identifies the present content of calendars; null if a server does not say. */
function versionOf(calendars: DAVCalendar[]): string | null {
  const versions = calendars.map(({ url, ctag, syncToken }) => [url, ctag ?? syncToken])
  if (versions.some(([, version]) => !version)) return null
  return createHash('sha256').update(JSON.stringify(versions.sort())).digest('hex')
}
