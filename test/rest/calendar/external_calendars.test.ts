import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aDoctor, anEmployee, aPractice } from '../../helpers/clinic/world.ts'
import { calendarKeys } from '../../helpers/external/external_calendars.ts'
import { type OwnServer, ownServer } from '../../helpers/programs/server.ts'

// External calendars through the server, which encrypts their addresses: what doctors and managers do by REST, and that neither
// an address, a password nor a key gets into an answer, the database or the log.

let server: OwnServer
beforeAll(async () => {
  server = await ownServer({ env: { CALENDAR_KEYS: calendarKeys, LOG_LEVEL: 'debug' } })
})
afterAll(() => server?.stop())

const caldav = {
  kind: 'caldav',
  url: 'https://dav.example.org/private-path/',
  username: 'dr-grimes',
  password: 'hunter2',
}

async function aDoctorAtWork() {
  const practice = await aPractice(server.owner)
  const doctor = await anEmployee(server.owner, practice.clinicId, 'doctor', practice.doctorId)
  return { ...practice, token: await server.tokenOf(doctor.claims) }
}

async function send(method: string, path: string, token: string, body?: object) {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, body: text ? JSON.parse(text) : undefined }
}

it('are connected, listed, changed and disconnected by the doctor, and seen by managers', async () => {
  const { clinicId, doctorId, token, manager, receptionist } = await aDoctorAtWork()
  const connected = await send('POST', `/clinics/${clinicId}/doctors/${doctorId}/externalCalendars`, token, {
    calendar: caldav,
  })
  expect(connected).toMatchObject({
    status: 201,
    body: { clinicId, doctorId, kind: 'CALDAV', origin: 'https://dav.example.org', lastOkAt: null, lastError: null },
  })
  const { id } = connected.body
  const list = async (whose: string) => (await send('GET', `/clinics/${clinicId}/externalCalendars`, whose)).body.items
  expect(await list(token)).toMatchObject([{ id }])
  expect(await list(await server.tokenOf(manager.claims))).toMatchObject([{ id }])
  expect(await list(await server.tokenOf(receptionist.claims))).toEqual([])

  const changed = await send('POST', `/clinics/${clinicId}/externalCalendars/${id}/address`, token, {
    calendar: { kind: 'ics', url: 'webcal://calendar.example.org/private-path.ics' },
  })
  expect(changed).toMatchObject({ status: 200, body: { id, kind: 'ICS', origin: 'https://calendar.example.org' } })
  expect(await send('GET', `/externalCalendars/${id}`, token)).toMatchObject({ status: 200, body: { id } })
  expect((await send('DELETE', `/externalCalendars/${id}`, token)).status).toBe(204)
  expect((await send('GET', `/externalCalendars/${id}`, token)).body.code).toBe('external_calendar_not_found')
})

it.each([
  ['no calendar', {}],
  ['another kind', { ...caldav, kind: 'google' }],
  ['an address that cannot be parsed', { ...caldav, url: 'not a url' }],
  ['an address of another protocol', { ...caldav, url: 'file:///etc/passwd' }],
  ['a password in the address', { kind: 'ics', url: 'https://a:b@calendar.example.org/x.ics' }],
  ['a CalDAV account without a password', { ...caldav, password: undefined }],
])('are refused with %s', async (_, calendar) => {
  const { clinicId, doctorId, token } = await aDoctorAtWork()
  expect(
    await send('POST', `/clinics/${clinicId}/doctors/${doctorId}/externalCalendars`, token, { calendar }),
  ).toMatchObject({ status: 422, body: { code: 'invalid_argument', details: { argument: 'calendar' } } })
})

it('are not connected for a colleague', async () => {
  const { clinicId, token } = await aDoctorAtWork()
  const colleague = await aDoctor(server.owner, clinicId)
  expect(
    await send('POST', `/clinics/${clinicId}/doctors/${colleague}/externalCalendars`, token, { calendar: caldav }),
  ).toMatchObject({ status: 403 })
})

it('leave no address, user name or password in an answer, the database or the log', async () => {
  const { clinicId, doctorId, token } = await aDoctorAtWork()
  const { text, body } = await send('POST', `/clinics/${clinicId}/doctors/${doctorId}/externalCalendars`, token, {
    calendar: caldav,
  })
  const { stored } = await server.owner.one<{ stored: string }>(
    `select (ec.*, encode(a.ciphertext, 'escape'))::text as stored from app_public.external_calendars ec
     join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
     where ec.id = $1`,
    [body.id],
  )
  expect(stored).toContain('dav.example.org')
  for (const place of [text, stored, JSON.stringify(server.logged())])
    for (const secret of ['private-path', caldav.username, caldav.password, calendarKeys])
      expect(place).not.toContain(secret)
})
