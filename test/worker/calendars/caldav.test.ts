import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createDAVClient, type DAVCalendar } from 'tsdav'
import type { CalendarAccess } from '../../../src/identity/calendar_access.ts'
import { busyTimes } from '../../../src/worker/calendars/busy_times.ts'
import { guardedFetch } from '../../../src/worker/calendars/guarded_fetch.ts'
import { readCaldav } from '../../../src/worker/calendars/read_caldav.ts'
import { ReadingError } from '../../../src/worker/calendars/reading_error.ts'
import { type Radicale, startRadicale } from '../../helpers/external/radicale.ts'
import { describeWithProgram } from '../../helpers/postgresql/debian.ts'

// Calendars are read from a real CalDAV server.

const window = { timeZone: 'Europe/Berlin', from: new Date('2027-03-01T00:00Z'), to: new Date('2027-04-05T00:00Z') }

const event = (uid: string, ...lines: string[]) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20270101T000000Z'],
    ...[...lines, 'SUMMARY:Dentist', 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')

describeWithProgram('radicale', 'radicale', (program) => {
  let radicale: Radicale
  let client: Awaited<ReturnType<typeof createDAVClient>>
  let work: DAVCalendar
  let own: DAVCalendar

  beforeAll(async () => {
    radicale = await startRadicale(program)
    client = await createDAVClient({
      serverUrl: radicale.url,
      credentials: radicale,
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
    })
    work = await aCalendar('work')
    own = await aCalendar('own')
  })
  afterAll(() => radicale?.stop())

  async function aCalendar(name: string): Promise<DAVCalendar> {
    const url = `${radicale.url}${radicale.username}/${name}/`
    await client.makeCalendar({ url, props: { 'd:displayname': name } })
    return { url }
  }
  const put = (calendar: DAVCalendar, uid: string, ...lines: string[]) =>
    client.createCalendarObject({ calendar, filename: `${uid}.ics`, iCalString: event(uid, ...lines) })

  const access = (given: Partial<CalendarAccess> = {}): CalendarAccess => ({
    kind: 'caldav',
    url: radicale.url,
    username: radicale.username,
    password: radicale.password,
    ...given,
  })
  async function read(given?: Partial<CalendarAccess>, etag: string | null = null) {
    const { fetch, close } = guardedFetch(undefined)
    try {
      return await readCaldav(access(given), etag, window, fetch)
    } finally {
      await close()
    }
  }
  const timesIn = (files: string[] | undefined) =>
    busyTimes(files ?? [], window)
      .map(({ start, uid }) => `${uid} ${start.toISOString().slice(0, 16)}`)
      .sort()
  const reasonOf = async (given: Partial<CalendarAccess>) =>
    read(given).then(
      () => 'none',
      (error) => (error instanceof ReadingError ? error.reason : error),
    )

  it('reads the events of all calendars of the account, with their repetitions in the window', async () => {
    await put(work, 'meeting', 'DTSTART:20270310T090000Z', 'DTEND:20270310T100000Z')
    await put(work, 'former', 'DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z')
    await put(own, 'sport', 'DTSTART:20270102T180000Z', 'DURATION:PT1H', 'RRULE:FREQ=MONTHLY')
    const content = await read()
    expect(content?.files.join()).not.toContain('former')
    expect(timesIn(content?.files)).toEqual([
      'meeting 2027-03-10T09:00',
      'sport 2027-03-02T18:00',
      'sport 2027-04-02T18:00',
    ])
  })

  it('reads the events of one calendar by its address, with or without a slash at its end', async () => {
    for (const url of [own.url, own.url.replace(/\/$/, '')])
      expect(timesIn((await read({ url }))?.files)).toEqual(['sport 2027-03-02T18:00', 'sport 2027-04-02T18:00'])
  })

  it('reads nothing again until an event is added, moved or removed', async () => {
    const first = await read()
    expect(first?.etag).toMatch(/^[0-9a-f]{64}$/)
    expect(await read({}, first?.etag)).toBeUndefined()
    await put(work, 'new', 'DTSTART:20270312T090000Z', 'DTEND:20270312T100000Z')
    const second = await read({}, first?.etag)
    expect(timesIn(second?.files)).toContain('new 2027-03-12T09:00')
    await client.deleteCalendarObject({ calendarObject: { url: `${work.url}new.ics` } })
    const third = await read({}, second?.etag)
    expect(timesIn(third?.files)).toEqual(timesIn(first?.files))
  })

  it('reports why a calendar cannot be read', async () => {
    expect(await reasonOf({ password: 'wrong' })).toBe('unauthorized')
    expect(await reasonOf({ username: 'nobody' })).toBe('unauthorized')
    expect(await reasonOf({ url: 'http://127.0.0.1:1/' })).toBe('unreachable')
  })

  it('does not mistake an error for a calendar without events', async () => {
    const { fetch, close } = guardedFetch(undefined)
    const failing: typeof globalThis.fetch = async (input, init) =>
      init?.method === 'REPORT' ? new Response('', { status: 503 }) : fetch(input, init)
    await expect(readCaldav(access(), null, window, failing)).rejects.toMatchObject({ reason: 'unreachable' })
    await close()
  })

  it('reports that an account has no calendar', async () => {
    await client.deleteObject({ url: work.url })
    await client.deleteObject({ url: own.url })
    expect(await reasonOf({})).toBe('not_found')
  })
})
