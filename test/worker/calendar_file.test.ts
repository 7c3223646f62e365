import { describe, expect, it } from '@jest/globals'
import ICAL from 'ical.js'
import nodeIcal from 'node-ical'
import { calendarFile } from '../../src/worker/transports/calendar_file.ts'
import type { CalendarEntry, Message } from '../../src/worker/transports/message.ts'

// The texts of a calendar file, read by two independent libraries.

const entry: CalendarEntry = {
  uid: 'booking-1-2@3f8e.medislot',
  sequence: 3,
  isCancelled: false,
  startsAt: '2027-03-04T09:00:00+01:00',
  endsAt: '2027-03-04T09:30:00+01:00',
  stampedAt: '2027-01-02T10:00:00+01:00',
  summary: 'summary',
  location: 'location',
  description: 'description',
  url: 'https://book.test.example/visit#1.AbCdEfGhIjKlMn_-.m1-2f',
  organizer: 'organizer',
  organizerEmail: 'desk@praxis.example',
  attendee: 'attendee',
}

function write(change: Partial<CalendarEntry>): string {
  const message = { calendar: { ...entry, ...change }, recipient: 'ann@test.example' } as Message & {
    recipient: string
  }
  return calendarFile(message, 'appointments@medislot.example')?.content as string
}

function readByIcalJs(text: string) {
  const event = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent') as ICAL.Component
  const nameOf = (property: string) => event.getFirstProperty(property)?.getFirstParameter('cn')
  return {
    organizer: nameOf('organizer'),
    attendee: nameOf('attendee'),
    summary: event.getFirstPropertyValue('summary'),
    location: event.getFirstPropertyValue('location'),
    description: event.getFirstPropertyValue('description'),
    url: event.getFirstPropertyValue('url'),
    uid: event.getFirstPropertyValue('uid'),
    sequence: event.getFirstPropertyValue('sequence'),
  }
}

/** Reads RFC 5545, not RFC 6868, so a name is compared as it is encoded; and it cuts a quoted name at a semicolon. */
function readByNodeIcal(text: string) {
  const event = Object.values(nodeIcal.sync.parseICS(text)).find((each) => each?.type === 'VEVENT') as nodeIcal.VEvent
  const nameOf = (property: unknown) => (property as { params: { CN: string } }).params.CN
  return {
    organizer: nameOf(event.organizer),
    attendee: nameOf(event.attendee),
    summary: event.summary,
    location: event.location,
    description: event.description,
    url: (event.url as unknown as { val: string }).val,
    uid: event.uid,
    sequence: Number(event.sequence),
  }
}

describe('a calendar file', () => {
  it.each([
    'Praxis "Am Ufer"',
    '"',
    "caret ^ and ^' and ^n",
    'semicolon; colon: comma, equals=',
    'back\\slash at the end\\',
    'MUDr. Žofie Nováková, Ph.D. 🦷 "zuby"',
    `${'long '.repeat(40)}"quoted ${'ü'.repeat(60)}"`,
  ])('keeps every text as it is: %s', (text) => {
    const texts = { organizer: text, attendee: text, summary: text, location: text, description: text }
    const file = write(texts)
    const expected = { ...texts, url: entry.url, uid: entry.uid, sequence: entry.sequence }
    expect(readByIcalJs(file)).toEqual(expected)
    const [encoded] = text.replaceAll('^', '^^').replaceAll('"', "^'").split(';')
    const other = readByNodeIcal(file)
    const unquoted = (name: string) => name.replace(/^"/, '').replace(/"$/, '')
    expect({ ...other, organizer: unquoted(other.organizer), attendee: unquoted(other.attendee) }).toEqual({
      ...expected,
      organizer: encoded,
      attendee: encoded,
    })
  })

  it('keeps a line break in a text, and cannot be given another property by one', () => {
    const text = 'one\r\nATTENDEE:mailto:mallory@test.example\ntwo'
    const read = readByIcalJs(write({ summary: text, description: text, organizer: text, attendee: text }))
    expect(read).toMatchObject({ organizer: text.replace('\r\n', '\n'), summary: text.replace('\r\n', '\n') })
    const event = new ICAL.Component(ICAL.parse(write({ summary: text, organizer: text })))
    expect(event.getFirstSubcomponent('vevent')?.getAllProperties('attendee')).toHaveLength(1)
  })
})
