import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import {
  type CalendarAccess,
  openAccess,
  rotateCalendars,
  type SealedAccess,
  sealAccess,
} from '../../src/identity/calendar_access.ts'
import { KeyRing } from '../../src/identity/key_ring.ts'
import { aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { calendarKeys, connectCalendar, importBusyTimes } from '../helpers/external/external_calendars.ts'
import { identityProgram } from '../helpers/programs/identity_program.ts'

// CALENDAR_KEYS are rotated as IDENTITY_KEYS are: a new key first, `npm run identity -- rotate`, and the old key goes.

const fresh = `new:${randomBytes(32).toString('base64')}`
const rings = {
  old: new KeyRing(calendarKeys, 'CALENDAR_KEYS'),
  both: new KeyRing(`${fresh},${calendarKeys}`, 'CALENDAR_KEYS'),
  fresh: new KeyRing(fresh, 'CALENDAR_KEYS'),
}
const access: CalendarAccess = {
  kind: 'caldav',
  url: 'https://dav.example.org/anna/private/',
  username: 'anna',
  password: 'a secret of hers',
}

let database: ClonedDatabase
let db: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterEach(async () => {
  await db?.close()
  await database?.drop()
})

async function aCalendar() {
  const { clinicId, doctorId } = await aPractice(db)
  return connectCalendar(db, clinicId, doctorId, access)
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

const stored = ({ id }: { id: string }) =>
  db.one<SealedAccess & Record<string, unknown>>(
    `select ec.kind, ec.origin, a.key_id as "keyId", a.nonce, a.ciphertext, a.etag
     from app_private.external_calendar_access a
     join app_public.external_calendars ec on ec.clinic_id = a.clinic_id and ec.id = a.calendar_id where ec.id = $1`,
    [id],
  )

it('an old key still decrypts a calendar while a new key is first; after a rotation only the new one does', async () => {
  const calendar = await aCalendar()
  const before = await stored(calendar)
  expect(before.keyId).toBe('test')
  expect(openAccess(rings.both, before)).toEqual(access)
  expect(() => openAccess(rings.fresh, before)).toThrow('CALENDAR_KEYS has no key test')

  // What is connected from now on is under the new key.
  expect(sealAccess(rings.both, access).keyId).toBe('new')

  expect(await rotateCalendars(db.client, rings.both)).toBe(1)
  expect(await rotateCalendars(db.client, rings.both)).toBe(0)
  const after = await stored(calendar)
  expect(after.keyId).toBe('new')
  expect(after.nonce).not.toEqual(before.nonce)
  expect(openAccess(rings.fresh, after)).toEqual(access)
  expect(() => openAccess(rings.old, after)).toThrow('CALENDAR_KEYS has no key new')
})

it('a rotation of more calendars than a batch has finishes all of them, and keeps what was read', async () => {
  const calendar = await aCalendar()
  await importBusyTimes(db, calendar, [{ start: inDays(20), end: inDays(21) }])
  await db.query(`update app_private.external_calendar_access set etag = '"7"'`)
  const { kind, origin, keyId, nonce, ciphertext } = await stored(calendar)
  // Beside the API, which refuses more than five for a doctor.
  await db.query(
    `with more as (
       insert into app_public.external_calendars (clinic_id, doctor_id, kind, origin)
       select clinic_id, doctor_id, $1, $2 from app_public.external_calendars, generate_series(1, 150)
       returning clinic_id, id)
     insert into app_private.external_calendar_access (clinic_id, calendar_id, key_id, nonce, ciphertext)
     select clinic_id, id, $3, $4, $5 from more`,
    [kind, origin, keyId, nonce, ciphertext],
  )
  expect(await rotateCalendars(db.client, rings.both)).toBe(151)
  expect(
    await db.query(`select key_id, count(*)::int as calendars from app_private.external_calendar_access group by 1`),
  ).toEqual([{ key_id: 'new', calendars: 151 }])
  expect((await stored(calendar)).etag).toBe('"7"')
  expect(await db.query('select kind from app_public.absences')).toEqual([{ kind: 'external' }])
})

it('npm run identity -- rotate changes nothing without the old key, and says how many calendars it has encrypted again', async () => {
  const calendar = await aCalendar()
  const before = await stored(calendar)
  const rotate = (keys: string) => identityProgram(database.url, ['rotate'], { env: { CALENDAR_KEYS: keys } })
  expect(await rotate(fresh)).toMatchObject({
    code: 1,
    out: expect.stringContaining('CALENDAR_KEYS has no key test'),
  })
  expect(await stored(calendar)).toEqual(before)
  const told = (count: number) => ({
    code: 0,
    out: `${count} calendars are encrypted under the key new now.\n`,
  })
  expect(await rotate(`${fresh},${calendarKeys}`)).toEqual(told(1))
  expect(await rotate(`${fresh},${calendarKeys}`)).toEqual(told(0))
  expect(openAccess(rings.fresh, await stored(calendar))).toEqual(access)
})
