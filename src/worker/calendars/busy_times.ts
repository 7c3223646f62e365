import { CalendarDate, CalendarDateTime, toZoned } from '@internationalized/date'
import ICAL from 'ical.js'
import { ReadingError } from './reading_error.ts'

/** A time at which somebody is busy. Nothing else of an event leaves this file, apart from its UID, which is not stored. */
export interface BusyTime {
  start: Date
  end: Date
  uid: string | null
}

interface Window {
  /** The IANA zone of times that are given without one. */
  timeZone: string
  from: Date
  to: Date
}

const mostBusyTimes = 5000
/** How many repetitions are counted through, also before the window: a rule may repeat every second since 1970. */
const mostRepetitions = 50_000

/**
 * The busy times of iCalendar files (RFC 5545) that overlap the window, with repeated events expanded. Events that are
 * cancelled or marked as free are left out. Throws ReadingError.
 */
export function busyTimes(texts: string[], window: Window): BusyTime[] {
  const found: BusyTime[] = []
  const budget = { repetitions: mostRepetitions }
  try {
    for (const calendar of texts.flatMap(parse))
      for (const busy of busyTimesOf(calendar, window, budget)) {
        if (busy.start >= window.to || busy.end <= window.from || busy.start >= busy.end) continue
        if (found.length === mostBusyTimes) throw new ReadingError('too_many')
        found.push(busy)
      }
    return found
  } catch (error) {
    // A part that is not understood could be a busy time, so the calendar is refused as a whole.
    throw error instanceof ReadingError
      ? error
      : new ReadingError('not_a_calendar', 'not an iCalendar file', { cause: error })
  }
}

function parse(text: string): ICAL.Component[] {
  const parsed = ICAL.parse(text)
  const calendars: unknown[][] = Array.isArray(parsed[0]) ? parsed : [parsed]
  const components = calendars.map((calendar) => new ICAL.Component(calendar))
  if (components.length === 0 || components.some(({ name }) => name !== 'vcalendar')) throw new Error('no VCALENDAR')
  return components
}

function* busyTimesOf(calendar: ICAL.Component, window: Window, budget: { repetitions: number }): Generator<BusyTime> {
  const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component))
  const isSeries = new Set(events.filter((event) => !event.isRecurrenceException()).map(({ uid }) => uid))
  for (const event of events) {
    // Changes of single repetitions are related to their series below; without it they are events of their own.
    if (event.isRecurrenceException() && isSeries.has(event.uid)) continue
    if (event.isRecurring()) yield* repetitions(event, events, window, budget)
    else if (isBusy(event)) yield timesOf(event, event.startDate, event.endDate, window.timeZone)
  }
  for (const component of calendar.getAllSubcomponents('vfreebusy')) yield* periods(component, window.timeZone)
}

function* repetitions(series: ICAL.Event, events: ICAL.Event[], window: Window, budget: { repetitions: number }) {
  for (const event of events)
    if (event.uid === series.uid && event.isRecurrenceException()) series.relateException(event)
  const iterator = series.iterator()
  for (let next = iterator.next(); next; next = iterator.next()) {
    if (--budget.repetitions < 0) throw new ReadingError('too_many', 'too many repetitions')
    if (instant(next, window.timeZone) >= window.to) return
    const { item, startDate, endDate } = series.getOccurrenceDetails(next)
    if (isBusy(item)) yield timesOf(item, startDate, endDate, window.timeZone)
  }
}

/** The busy periods of a file that some servers publish instead of events. */
function* periods(component: ICAL.Component, timeZone: string): Generator<BusyTime> {
  for (const property of component.getAllProperties('freebusy')) {
    if (String(property.getParameter('fbtype') ?? '').toUpperCase() === 'FREE') continue
    for (const period of property.getValues() as ICAL.Period[])
      yield { start: instant(period.start, timeZone), end: instant(period.getEnd(), timeZone), uid: null }
  }
}

function isBusy({ component }: ICAL.Event): boolean {
  const value = (name: string) => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  return (
    value('status') !== 'CANCELLED' &&
    value('transp') !== 'TRANSPARENT' &&
    value('x-microsoft-cdo-busystatus') !== 'FREE'
  )
}

const timesOf = ({ uid }: ICAL.Event, start: ICAL.Time, end: ICAL.Time, timeZone: string): BusyTime => ({
  start: instant(start, timeZone),
  end: instant(end, timeZone),
  uid,
})

/**
 * The instant of a time of a file. Its zone is UTC, one that the file describes, or named by an IANA name; dates, and times
 * without a known zone, are by the clock of `timeZone`.
 */
function instant(time: ICAL.Time, timeZone: string): Date {
  const { zone } = time
  if (zone && zone !== ICAL.Timezone.localTimezone) return new Date(time.toUnixTime() * 1000)
  const local = time.isDate
    ? new CalendarDate(time.year, time.month, time.day)
    : new CalendarDateTime(time.year, time.month, time.day, time.hour, time.minute, time.second)
  const named = (time as unknown as { timezone?: string }).timezone
  return toZoned(local, named && isTimeZone(named) ? named : timeZone).toDate()
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}
