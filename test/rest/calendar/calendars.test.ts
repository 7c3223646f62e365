import { execFileSync } from 'node:child_process'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import ICAL from 'ical.js'
import nodeIcal from 'node-ical'
import { calendarFeed, type LinkedCalendar } from '../../../src/server/calendars.ts'
import { book, reschedule } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { describeWithPythonModule } from '../../helpers/postgresql/debian.ts'
import { type RestServer, serveRest } from '../api.ts'

// The calendar files to which calendar programs subscribe, as they are sent, read by four independent libraries.

let server: RestServer
beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())

/** A clinic with a visit of Vera Lind that was moved once, and the address of the desk's calendar. */
async function aCalendar() {
  const practice = await aPractice(server.owner)
  const { clinicId, doctorId, slotId } = practice
  const vera = await aCustomer(server.owner, 'Vera Lind')
  const { id } = await book(server.owner, clinicId, slotId, { customerId: vera.customerId, note: 'chest pain' })
  const booking = await reschedule(server.owner, clinicId, id, await aSlot(server.owner, clinicId, doctorId, 60))
  const desk = await server.as(practice.receptionist.claims)
  const { body } = await desk('POST', `/clinics/${clinicId}/calendarLink`)
  const { uid } = await server.owner.one('select app_public.calendar_uid($1, $2) as uid', [clinicId, id])
  return { ...practice, vera, desk, address: `${server.url}${body.path}`, uid: uid as string, booking }
}

// A calendar file has whole seconds.
const inFile = (time: Date) => Math.floor(time.getTime() / 1000) * 1000

/** By node:http, because fetch() forbids caching with If-None-Match, which calendar programs do not. */
const get = (address: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    request(address, { headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
      .on('error', reject)
      .end()
  })

describe('a calendar', () => {
  it('is a file without names of patients, which two libraries read with the same result', async () => {
    const { address, uid, booking } = await aCalendar()
    const { status, headers, body } = await get(address)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/calendar; charset=utf-8',
      'private, no-cache',
    ])
    // Unfolded as well: a long line is cut after 75 bytes.
    expect(body.replace(/\r\n /g, '')).not.toMatch(/Vera|Lind|@test\.example|chest pain|ATTENDEE|ORGANIZER/)
    const [event] = new ICAL.Component(ICAL.parse(body)).getAllSubcomponents('vevent')
    const read = new ICAL.Event(event)
    expect([read.uid, read.sequence, read.startDate.toJSDate().getTime(), read.endDate.toJSDate().getTime()]).toEqual([
      uid,
      1,
      inFile(booking.visit_starts_at),
      inFile(booking.visit_ends_at),
    ])
    const found = Object.values(nodeIcal.sync.parseICS(body)).find((each) => each?.type === 'VEVENT') as nodeIcal.VEvent
    expect([found.uid, Number(found.sequence), found.start.getTime(), found.end?.getTime()]).toEqual([
      uid,
      1,
      inFile(booking.visit_starts_at),
      inFile(booking.visit_ends_at),
    ])
    expect(found.summary).toBe(read.summary)
  })

  it('is not sent again as long as nothing changes', async () => {
    const { address, clinicId, booking, doctorId } = await aCalendar()
    const { headers } = await get(address)
    const etag = String(headers.etag)
    expect(await get(address, { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' })
    await reschedule(server.owner, clinicId, booking.id, await aSlot(server.owner, clinicId, doctorId, 70))
    const changed = await get(address, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.etag).not.toBe(etag)
  })

  it('is not found after its link was revoked, or with a token that nobody issued', async () => {
    const { address, desk, clinicId } = await aCalendar()
    expect((await desk('DELETE', `/clinics/${clinicId}/calendarLink`)).status).toBe(204)
    for (const each of [
      address,
      `${server.url}/calendars/1.AAAAAAAAAAAAAAAA.f1-1.ics`,
      `${server.url}/calendars/x.ics`,
    ]) {
      const { status, headers, body } = await get(each)
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8'])
      expect(JSON.parse(body)).toMatchObject({ code: 'link_invalid' })
    }
  })

  it('of a patient has the visits of the patient', async () => {
    const { vera, uid } = await aCalendar()
    const patient = await server.as(vera.claims)
    const { body } = await patient('POST', '/me/calendarLink')
    const file = (await get(`${server.url}${body.path}`)).body
    // Long lines are folded.
    expect(file.replaceAll('\r\n ', '')).toContain(uid)
    expect(file).not.toContain('Lind')
  })
})

describe('a calendar file', () => {
  const calendar: LinkedCalendar = {
    name: 'Dr. "Müller", Praxis; am Ufer',
    entries: [
      {
        uid: 'booking-1-2@3f8e.medislot',
        sequence: 3,
        startsAt: '2027-03-04T09:00:00+01:00',
        endsAt: '2027-03-04T09:30:00+01:00',
        stampedAt: '2027-01-02T10:00:00+01:00',
        summary: `Žofie; Nováková, "Ph.D.": 🦷 ${'long '.repeat(30)}`.trim(),
        location: 'Praxis, Am Ufer 1\\2',
      },
      {
        uid: 'booking-1-3@3f8e.medislot',
        sequence: 0,
        startsAt: '2027-10-31T00:30:00+00:00',
        endsAt: '2027-10-31T01:30:00+00:00',
        stampedAt: '2027-01-02T10:00:00+01:00',
        summary: 'Termin',
        location: 'Praxis',
      },
    ],
  }
  const expected = calendar.entries.map(({ uid, sequence, startsAt, endsAt, summary, location }) => ({
    uid,
    sequence,
    starts: Date.parse(startsAt) / 1000,
    ends: Date.parse(endsAt) / 1000,
    summary,
    location,
  }))

  it('is the same for the same calendar', () => {
    expect(calendarFeed(calendar)).toBe(calendarFeed(structuredClone(calendar)))
  })

  const programs = {
    icalendar: `
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
print(json.dumps([dict(uid=str(e['uid']), sequence=int(e['sequence']), starts=e['dtstart'].dt.timestamp(),
  ends=e['dtend'].dt.timestamp(), summary=str(e['summary']), location=str(e['location'])) for e in calendar.walk('vevent')]))`,
    vobject: `
import json, sys, vobject
calendar = vobject.readOne(sys.stdin.buffer.read().decode('utf8'))
print(json.dumps([dict(uid=e.uid.value, sequence=int(e.sequence.value), starts=e.dtstart.value.timestamp(),
  ends=e.dtend.value.timestamp(), summary=e.summary.value, location=e.location.value) for e in calendar.vevent_list]))`,
  }
  const readBy = (python: string, program: string) =>
    JSON.parse(execFileSync(python, ['-c', program], { input: calendarFeed(calendar), encoding: 'utf8' }))

  describeWithPythonModule('python3-icalendar', 'icalendar', (python) => {
    it('is read as it was written', () => expect(readBy(python, programs.icalendar)).toEqual(expected))
  })
  describeWithPythonModule('python3-vobject', 'vobject', (python) => {
    it('is read as it was written', () => expect(readBy(python, programs.vobject)).toEqual(expected))
  })
})
