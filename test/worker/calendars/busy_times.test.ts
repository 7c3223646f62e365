import { describe, expect, it } from '@jest/globals'
import { busyTimes } from '../../../src/worker/calendars/busy_times.ts'
import { ReadingError } from '../../../src/worker/calendars/reading_error.ts'

const window = { timeZone: 'Europe/Berlin', from: new Date('2027-03-01T00:00Z'), to: new Date('2027-04-05T00:00Z') }

const calendar = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:one', 'SUMMARY:Dentist', ...lines, 'END:VEVENT']
/** A zone that is an hour ahead of UTC, and two from April on, which no library knows. */
const ownZone = [
  'BEGIN:VTIMEZONE',
  'TZID:Our own zone',
  ...['BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:20270401T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'END:DAYLIGHT'],
  'END:VTIMEZONE',
]

/** The busy times of a file as `start/end` in UTC, to the minute. */
const read = (...texts: string[]) =>
  busyTimes(texts, window).map(
    ({ start, end }) => `${start.toISOString().slice(0, 16)}/${end.toISOString().slice(0, 16)}`,
  )
const reasonOf = (text: string): string => {
  try {
    busyTimes([text], window)
  } catch (error) {
    if (error instanceof ReadingError) return error.reason
    throw error
  }
  return 'none'
}

describe('a busy time of a calendar file', () => {
  it.each([
    ['in UTC', ['DTSTART:20270310T090000Z', 'DTEND:20270310T100000Z'], '2027-03-10T09:00/2027-03-10T10:00'],
    ['with a duration', ['DTSTART:20270310T090000Z', 'DURATION:PT90M'], '2027-03-10T09:00/2027-03-10T10:30'],
    [
      'in a zone that the file describes',
      ['DTSTART;TZID=Our own zone:20270402T090000', 'DTEND;TZID=Our own zone:20270402T100000'],
      '2027-04-02T07:00/2027-04-02T08:00',
    ],
    [
      'in an IANA zone that the file does not describe',
      ['DTSTART;TZID=America/New_York:20270310T090000', 'DTEND;TZID=America/New_York:20270310T100000'],
      '2027-03-10T14:00/2027-03-10T15:00',
    ],
    [
      'in an unknown zone, by the clock of the clinic',
      ['DTSTART;TZID=Nowhere:20270310T090000', 'DTEND;TZID=Nowhere:20270310T100000'],
      '2027-03-10T08:00/2027-03-10T09:00',
    ],
    [
      'without a zone, by the clock of the clinic',
      ['DTSTART:20270330T090000', 'DTEND:20270330T100000'],
      '2027-03-30T07:00/2027-03-30T08:00',
    ],
    ['of a whole day', ['DTSTART;VALUE=DATE:20270328'], '2027-03-27T23:00/2027-03-28T22:00'],
    [
      'of several days',
      ['DTSTART;VALUE=DATE:20270310', 'DTEND;VALUE=DATE:20270313'],
      '2027-03-09T23:00/2027-03-12T23:00',
    ],
    [
      'that begins before the window',
      ['DTSTART:20270101T000000Z', 'DTEND:20270302T000000Z'],
      '2027-01-01T00:00/2027-03-02T00:00',
    ],
  ])('is an event %s', (_, lines, times) => {
    expect(read(calendar(...ownZone, ...event(...lines)))).toEqual([times])
  })

  it.each([
    ['is cancelled', ['STATUS:CANCELLED']],
    ['does not block time', ['TRANSP:TRANSPARENT']],
    ['is marked as free by Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:FREE']],
  ])('is not an event that %s', (_, lines) => {
    expect(read(calendar(...event('DTSTART:20270310T090000Z', 'DTEND:20270310T100000Z', ...lines)))).toEqual([])
  })

  it('is not an event without a length, nor one outside of the window', () => {
    expect(
      read(
        calendar(
          ...event('DTSTART:20270310T090000Z'),
          ...event('DTSTART:20270210T090000Z', 'DTEND:20270301T000000Z'),
          ...event('DTSTART:20270405T000000Z', 'DTEND:20270405T010000Z'),
        ),
      ),
    ).toEqual([])
  })

  it('is each repetition of an event, at the same local time across a clock change', () => {
    const lines = ['DTSTART;TZID=Europe/Berlin:20200101T090000', 'DTEND;TZID=Europe/Berlin:20200101T100000']
    expect(read(calendar(...event(...lines, 'RRULE:FREQ=WEEKLY;BYDAY=SA,MO;UNTIL=20270330T000000Z')))).toEqual([
      ...['01', '06', '08', '13', '15', '20', '22', '27'].map((day) => `2027-03-${day}T08:00/2027-03-${day}T09:00`),
      '2027-03-29T07:00/2027-03-29T08:00',
    ])
  })

  it('is not a repetition that is left out, and is a repetition where it was moved to', () => {
    const series = event(
      'DTSTART:20270310T090000Z',
      'DTEND:20270310T100000Z',
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXDATE:20270311T090000Z',
    )
    const moved = event('RECURRENCE-ID:20270312T090000Z', 'DTSTART:20270320T120000Z', 'DTEND:20270320T130000Z')
    const cancelled = event(
      'RECURRENCE-ID:20270313T090000Z',
      'DTSTART:20270313T090000Z',
      'DTEND:20270313T100000Z',
      'STATUS:CANCELLED',
    )
    expect(read(calendar(...series, ...moved, ...cancelled))).toEqual([
      '2027-03-10T09:00/2027-03-10T10:00',
      '2027-03-20T12:00/2027-03-20T13:00',
    ])
  })

  it('is a changed repetition of a series that the file does not contain', () => {
    const alone = event('RECURRENCE-ID:20270312T090000Z', 'DTSTART:20270320T120000Z', 'DTEND:20270320T130000Z')
    expect(read(calendar(...alone))).toEqual(['2027-03-20T12:00/2027-03-20T13:00'])
  })

  it('is a period of a published free/busy file, unless it is free', () => {
    const lines = [
      'BEGIN:VFREEBUSY',
      'FREEBUSY;FBTYPE=BUSY:20270310T090000Z/20270310T100000Z,20270311T090000Z/PT30M',
      'FREEBUSY;FBTYPE=FREE:20270312T090000Z/PT30M',
      'END:VFREEBUSY',
    ]
    expect(read(calendar(...lines))).toEqual(['2027-03-10T09:00/2027-03-10T10:00', '2027-03-11T09:00/2027-03-11T09:30'])
  })

  it('has nothing of the event but its times and its UID', () => {
    const lines = [
      'DTSTART:20270310T090000Z',
      'DTEND:20270310T100000Z',
      'LOCATION:Bed',
      'ATTENDEE:mailto:x@test.example',
    ]
    expect(busyTimes([calendar(...event(...lines))], window)).toEqual([
      { start: new Date('2027-03-10T09:00Z'), end: new Date('2027-03-10T10:00Z'), uid: 'one' },
    ])
  })
})

describe('refuses', () => {
  const daily = (rule: string) =>
    calendar(...event('DTSTART:20270310T090000Z', 'DTEND:20270310T090001Z', `RRULE:${rule}`))

  it.each([
    ['a page', '<!doctype html><p>Sign in</p>', 'not_a_calendar'],
    ['nothing', '', 'not_a_calendar'],
    ['an address book', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nEND:VCARD\r\n', 'not_a_calendar'],
    ['an event with a date that does not exist', calendar(...event('DTSTART:never')), 'not_a_calendar'],
    ['more than 5,000 busy times', daily('FREQ=MINUTELY'), 'too_many'],
    [
      'a rule that repeats every second for years',
      calendar(...event('DTSTART:19700101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY')),
      'too_many',
    ],
  ])('%s', (_, text, reason) => {
    expect(reasonOf(text)).toBe(reason)
  })
})
