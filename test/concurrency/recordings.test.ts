import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../helpers/database/connection.ts'
import { aRecordedVisit, bothAgree, recordingsOf } from '../sql/consultation/recordings.ts'

// The doctor begins an upload at the moment at which the patient withdraws the consent or is erased: no recording
// remains.

let database: ClonedDatabase
let owner: Connection
let doctor: Connection
let patient: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  doctor = await connect(database.url)
  patient = await connect(database.url)
})
afterAll(async () => {
  for (const connection of [owner, doctor, patient]) await connection?.close()
  await database?.drop()
})

async function agreedVisit() {
  const visit = await aRecordedVisit(owner)
  await bothAgree(owner, visit)
  const { clinicId, id } = visit
  const begin = () => doctor.one(`select * from app_public.begin_recording($1, $2, 'video/mp4', 5)`, [clinicId, id])
  const leave = {
    withdraws: () => patient.one('select * from app_public.agree_to_recording($1, $2, false)', [clinicId, id]),
    'is erased': () => patient.one('select * from app_public.erase_customer($1)', [visit.customer.customerId]),
  }
  return { ...visit, begin, leave }
}
const ways = ['withdraws', 'is erased'] as const

it.each(ways)('a patient who %s waits for the upload that is being begun, and it is removed', async (way) => {
  const visit = await agreedVisit()
  let left: Promise<unknown> | undefined
  await doctor.request(visit.doctor.claims, async () => {
    await visit.begin()
    left = patient.request(visit.customer.claims, visit.leave[way])
    await untilWaiting(owner, patient, left, doctor)
  })
  await left
  expect(await recordingsOf(owner, visit)).toMatchObject([{ state: 'removing' }])
})

it.each(ways)('an upload waits for a patient who %s, and is refused', async (way) => {
  const visit = await agreedVisit()
  let begun: Promise<unknown> | undefined
  await patient.request(visit.customer.claims, async () => {
    await visit.leave[way]()
    begun = doctor.request(visit.doctor.claims, visit.begin).then(
      () => 'begun',
      (error) => error.code,
    )
    await untilWaiting(owner, doctor, begun, patient)
  })
  // The consent is withdrawn, or the visit cancelled.
  expect(await begun).toBe(way === 'withdraws' ? 'MS655' : 'MS654')
  expect(await recordingsOf(owner, visit)).toEqual([])
})
