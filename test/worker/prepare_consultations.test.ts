import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { createProviders } from '../../src/consultation/providers.ts'
import { taskList } from '../../src/worker/task_list.ts'
import { aSlot } from '../helpers/clinic/world.ts'
import type { ClonedDatabase } from '../helpers/database/cluster.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { type FakeDaily, fakeDaily } from '../helpers/external/daily.ts'
import { work as workOff } from '../helpers/programs/work.ts'
import { anOnlinePractice, bookOnline, consultationOf, exceptions } from '../sql/consultation/online.ts'

// The job with Daily: rooms are made, moved and dropped, whatever Daily does in between.

let database: ClonedDatabase
let pool: Pool
let fake: FakeDaily
let db: Parameters<typeof anOnlinePractice>[0]
let work: () => Promise<unknown>

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
  fake = await fakeDaily()
  const providers = createProviders({ daily: { apiKey: fake.apiKey, apiUrl: fake.url } })
  const tasks = taskList({}, 'https://book.test', undefined, providers)
  work = async () => {
    // As if the time of the next attempt had come.
    await pool.query(
      "update app_public.consultations set retry_at = now() where state in ('wanted', 'failed', 'unwanted')",
    )
    expect(await workOff(pool, tasks, 'prepare_consultations')).toEqual([])
  }
})
beforeEach(() => {
  fake.mood = 'works'
  fake.calls.splice(0)
  fake.rooms.clear()
})
afterAll(async () => {
  await fake?.close()
  await pool?.end()
  await database?.drop()
})

async function aVisit() {
  const practice = await anOnlinePractice(db, { hours: 50 })
  await db.query(`update app_public.policies set consultation_provider = 'daily' where clinic_id = $1`, [
    practice.clinicId,
  ])
  const { id } = await bookOnline(db, practice, practice.slotId)
  return { ...practice, id }
}

const timesAtDaily = (room: string) => {
  const { nbf = 0, exp = 0 } = fake.rooms.get(room)?.properties ?? {}
  return [nbf, exp]
}
const times = ({ opens_at, closes_at }: { opens_at: Date; closes_at: Date }) =>
  [opens_at, closes_at].map((date) => Math.floor(date.getTime() / 1000))

it('makes the room, moves it with the visit, and drops it after the cancellation', async () => {
  const { id, clinicId, doctorId } = await aVisit()
  await work()
  const ready = await consultationOf(db, id)
  expect(ready).toMatchObject({ state: 'ready', provider_reference: `https://clinic.daily.test/${ready.room}` })
  expect(timesAtDaily(ready.room)).toEqual(times(ready))

  await db.query('select app_public.reschedule_booking($1, $2, $3)', [
    clinicId,
    id,
    await aSlot(db, clinicId, doctorId, 60),
  ])
  await work()
  const moved = await consultationOf(db, id)
  expect(moved).toMatchObject({ state: 'ready', room: ready.room, booking_sequence: 1 })
  expect(times(moved)).not.toEqual(times(ready))
  expect(timesAtDaily(ready.room)).toEqual(times(moved))

  await db.query('select app_public.cancel_booking($1, $2)', [clinicId, id])
  await work()
  expect((await consultationOf(db, id)).state).toBe('over')
  expect(fake.rooms.size).toBe(0)
  // Nothing is left to do.
  fake.calls.splice(0)
  await work()
  expect(fake.calls).toEqual([])
})

it('repeats after errors and lost answers of Daily until there is one room', async () => {
  const { id, clinicId } = await aVisit()
  fake.mood = 'error'
  for (let i = 0; i < 3; i++) await work()
  expect(await consultationOf(db, id)).toMatchObject({ state: 'failed', last_error: 'Daily answered 500 server-error' })
  expect(await exceptions(db, clinicId)).toEqual([])
  fake.mood = 'answer_lost'
  await work()
  expect((await consultationOf(db, id)).state).toBe('failed')
  expect(fake.rooms.size).toBe(1)
  fake.mood = 'works'
  await work()
  expect(await consultationOf(db, id)).toMatchObject({ state: 'ready', last_error: null })
  expect(fake.rooms.size).toBe(1)
})

it('drops the room at Daily when the clinic chooses another provider', async () => {
  const { id, clinicId } = await aVisit()
  await work()
  expect(fake.rooms.size).toBe(1)
  await db.query(`update app_public.policies set consultation_provider = 'presence' where clinic_id = $1`, [clinicId])
  await work()
  expect(fake.rooms.size).toBe(0)
  expect(await consultationOf(db, id)).toMatchObject({ state: 'ready', provider: 'presence', provider_reference: null })
})

it('reports a provider that the operator has not set up', async () => {
  const { id, clinicId } = await aVisit()
  await db.query(`update app_public.policies set consultation_provider = 'jitsi' where clinic_id = $1`, [clinicId])
  await work()
  expect((await consultationOf(db, id)).last_error).toContain('JITSI_URL')
})
