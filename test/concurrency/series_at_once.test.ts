import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { book, cancel, createSlot, reschedule } from '../helpers/clinic/operations.ts'
import { aService } from '../helpers/clinic/services.ts'
import { aCustomer, aDoctor, aPractice, aTimeSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { brokenInvariants } from './invariants.ts'

// Two series that want the same hours, and series beside visits of single patients.

let database: ClonedDatabase
let owner: Connection
let connections: Connection[]

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  connections = await Promise.all(Array.from({ length: 8 }, () => connect(database.url)))
})
afterAll(async () => {
  await Promise.all([owner, ...connections].map((connection) => connection.close()))
  await database.drop()
})

const deadlocks = async () =>
  (await owner.one<{ n: string }>('select deadlocks as n from pg_stat_database where datname = current_database()')).n

/** A doctor's slots of half an hour at 9:00 and 9:30 in twelve weeks, and patients whom the desk knows. */
async function twelveWeeks() {
  const practice = await aPractice(owner)
  const { clinicId } = practice
  await owner.query(
    `update app_public.policies set reminder_lead_times = '{1 hour}', max_live_bookings = 20 where clinic_id = $1`,
    [clinicId],
  )
  const doctorId = await aDoctor(owner, clinicId)
  const serviceId = await aService(owner, clinicId, { doctors: [doctorId], duration: '1 hour' })
  const times = [
    await aTimeSlot(owner, clinicId, '09:00', '09:30'),
    await aTimeSlot(owner, clinicId, '09:30', '10:00'),
  ] as const
  const days = await owner.query<{ day: string }>(
    'select (current_date + 7 * n)::text as day from generate_series(1, 12) n',
  )
  const nine: string[] = []
  // Every other week in the opposite order, so that the ids are not in the order of time.
  for (const [n, { day }] of days.entries()) {
    for (const half of n % 2 === 0 ? [1, 0] : [0, 1]) {
      const { id } = await createSlot(owner, clinicId, doctorId, times[half] as string, day)
      if (half === 0) nine.push(id)
    }
  }
  const patients = await Array.fromAsync(connections, () => aCustomer(owner))
  for (const { customerId } of patients)
    await owner.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Known')`,
      [clinicId, customerId],
    )
  return { ...practice, doctorId, serviceId, nine, patients, day: days[0]?.day as string }
}

/** The result: done, or the SQLSTATE of a refusal. */
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error
      return error.code as string
    },
  )

it('of several series for the same hours one is booked, and the others are refused as a whole', async () => {
  const before = await deadlocks()
  for (const withService of [false, true]) {
    const { clinicId, nine, patients, serviceId, receptionist } = await twelveWeeks()
    const outcomes = await Promise.all(
      connections.map((connection, i) =>
        outcome(
          connection.request(receptionist.claims, () =>
            // Each names the slots in another order.
            connection.query('select id from app_public.book_series($1, $2, $3, service_id => $4)', [
              clinicId,
              patients[i]?.customerId,
              [...nine.slice(i), ...nine.slice(0, i)],
              withService ? serviceId : null,
            ]),
          ),
        ),
      ),
    )
    expect(outcomes.filter((each) => each === 'done')).toHaveLength(1)
    // slot_taken, or run_not_free if only the second slot of a visit was seen as taken.
    expect(outcomes.filter((each) => !['done', 'MS502', 'MS822'].includes(each))).toEqual([])
    const booked = await owner.query(
      'select customer_id, count(*)::int from app_public.bookings where clinic_id = $1 group by 1',
      [clinicId],
    )
    expect(booked).toEqual([{ customer_id: expect.any(String), count: 12 }])
    expect(await brokenInvariants(owner, [clinicId])).toEqual({})
  }
  expect(await deadlocks()).toBe(before)
})

it('series are booked, moved and cancelled beside patients who book, move and cancel, without a deadlock', async () => {
  const before = await deadlocks()
  const { clinicId, nine, patients, serviceId, receptionist } = await twelveWeeks()
  await Promise.all(
    connections.map(async (connection, i) => {
      const patient = patients[i] as (typeof patients)[number]
      for (let round = 0; round < 12; round++) {
        const slot = nine[(i * 5 + round * 7) % nine.length] as string
        const other = nine[(i * 3 + round) % nine.length] as string
        const result =
          i < 4
            ? await outcome(
                (async () => {
                  const { id } = await connection.request(patient.claims, () =>
                    book(connection, clinicId, slot, { serviceId }),
                  )
                  if (round % 3 === 0)
                    await connection.request(patient.claims, () =>
                      reschedule(connection, clinicId, id, other, null, serviceId),
                    )
                })(),
              )
            : await outcome(
                connection.request(receptionist.claims, () =>
                  connection.query('select id from app_public.book_series($1, $2, $3, service_id => $4)', [
                    clinicId,
                    patient.customerId,
                    nine.filter((_, n) => n % 4 === (i + round) % 4),
                    round % 2 === 0 ? serviceId : null,
                  ]),
                ),
              )
        // The other results are slot_taken, run_not_free, customer_busy, and requests to repeat.
        expect(['done', 'MS502', 'MS822', 'MS508', '40001']).toContain(result)
        const { mine } = await connection.one<{ mine: { id: string; series: string | null }[] | null }>(
          `select jsonb_agg(jsonb_build_object('id', id::text, 'series', series_id::text)) as mine from app_public.bookings
           where clinic_id = $1 and customer_id = $2 and status = 'booked'`,
          [clinicId, patient.customerId],
        )
        const last = mine?.at(-1)
        if (!last) continue
        const visits = mine?.filter(({ series }) => series && series === last.series).map(({ id }) => id) ?? []
        if (visits.length > 0) {
          const moved = await outcome(
            connection.request(receptionist.claims, () =>
              connection.query('select from app_public.move_series($1, $2, $3, $4)', [
                clinicId,
                last.series,
                visits,
                nine.filter((_, n) => n % 4 === (i + round + 1) % 4).slice(0, visits.length),
              ]),
            ),
          )
          expect(['done', 'MS502', 'MS822', 'MS508', '40001']).toContain(moved)
        }
        const ended = await outcome(
          last.series
            ? connection.request(receptionist.claims, () =>
                connection.query('select from app_public.cancel_series($1, $2, current_date)', [clinicId, last.series]),
              )
            : connection.request(patient.claims, () => cancel(connection, clinicId, last.id)),
        )
        expect(['done', '40001']).toContain(ended)
      }
    }),
  )
  expect(await brokenInvariants(owner, [clinicId])).toEqual({})
  expect(await deadlocks()).toBe(before)
})
