import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { book, cancel, hold, reschedule } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aVisitPractice, slotsOf } from '../../helpers/clinic/visits.ts'
import { aCustomer } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../../helpers/database/connection.ts'
import { brokenInvariants } from '../invariants.ts'

// A rush on visits that overlap: 200 callers want runs of one to four slots that begin at different slots of one doctor. The
// ids of the slots are not in the order of time, so that locks in that order would deadlock.

const rush = 200

let database: ClonedDatabase
let owner: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
})
afterAll(async () => {
  await owner.close()
  await database.drop()
})

/** How often PostgreSQL has found a deadlock in this database: each is also in its log. */
const deadlocks = async () =>
  (await owner.one<{ n: string }>('select deadlocks as n from pg_stat_database where datname = current_database()')).n

async function all<Result>(connections: Connection[], act: (connection: Connection, i: number) => Promise<Result>) {
  return Promise.all(
    connections.map((connection, i) =>
      act(connection, i).then(
        () => 'done',
        (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          return error.code as string
        },
      ),
    ),
  )
}

it('live visits of 200 callers never share a slot, and no caller waits without an end', async () => {
  const { clinicId, doctorId, slotIds, check, firstVisit, longVisit } = await aVisitPractice(owner)
  const ninety = await aService(owner, clinicId, { doctors: [doctorId], duration: '90 minutes' })
  // Reminders are written a day before they are due: these at no moment of the test.
  await owner.query(`update app_public.policies set reminder_lead_times = '{1 hour}' where clinic_id = $1`, [clinicId])
  const services = [longVisit, ninety, firstVisit, check]
  const customers = await Array.fromAsync({ length: rush }, () => aCustomer(owner))
  const connections = await Promise.all(customers.map(() => connect(database.url)))
  const before = await deadlocks()
  try {
    const wanted = (i: number): [string, string] => [
      slotIds[(i * 7) % 6] as string,
      services[Math.floor(i / 6) % 4] as string,
    ]
    const bookings = new Map<number, string>()
    const outcomes = await all(connections, async (connection, i) => {
      const [slotId, serviceId] = wanted(i)
      const act = () => book(connection, clinicId, slotId, { serviceId })
      bookings.set(i, (await connection.request(customers[i]?.claims ?? {}, act)).id)
    })
    // done, slot_taken, run_not_free; nothing else, such as a deadlock or a constraint.
    expect([...new Set(outcomes)].filter((outcome) => !['done', 'MS502', 'MS822'].includes(outcome))).toEqual([])
    expect(outcomes.filter((outcome) => outcome === 'done').length).toBeGreaterThan(0)
    expect(await brokenInvariants(owner, [clinicId])).toEqual({})

    // Then half of them cancel or move theirs while the others try again, or hold.
    for (let round = 0; round < 3; round++) {
      const next = await all(connections.slice(0, 60), async (connection, i) => {
        const [slotId, serviceId] = wanted(i + 13 * (round + 1))
        const mine = bookings.get(i)
        await connection.request(customers[i]?.claims ?? {}, async () => {
          if (mine && i % 2 === 0) await cancel(connection, clinicId, mine)
          else if (mine) await reschedule(connection, clinicId, mine, slotId, null, serviceId)
          else if (i % 3 === 0) await hold(connection, clinicId, slotId, { serviceId })
          else bookings.set(i, (await book(connection, clinicId, slotId, { serviceId })).id)
        })
      })
      // Also slot_held, illegal_transition of what is cancelled already, and a visit that is moved at the same moment.
      const known = ['done', 'MS502', 'MS503', 'MS822', 'MS003', '40001']
      expect([...new Set(next)].filter((outcome) => !known.includes(outcome))).toEqual([])
      expect(await brokenInvariants(owner, [clinicId])).toEqual({})
    }
    expect(await deadlocks()).toBe(before)
    const booked = (await slotsOf(owner, slotIds)).filter(({ status }) => status === 'booked')
    expect(booked.length).toBeGreaterThan(0)
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
})

it('of two callers who want slots 1 to 4 and 3 to 6 one gets all of them and the other none', async () => {
  for (const order of [
    [0, 2],
    [2, 0],
  ] as const) {
    const { clinicId, slotIds, longVisit } = await aVisitPractice(owner)
    const people = [await aCustomer(owner), await aCustomer(owner)]
    const connections = await Promise.all(people.map(() => connect(database.url)))
    try {
      const outcomes = await all(connections, (connection, i) =>
        connection.request(people[i]?.claims ?? {}, () =>
          book(connection, clinicId, slotIds[order[i] ?? 0] as string, { serviceId: longVisit }),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
      const states = (await slotsOf(owner, slotIds)).map(({ status }) => status[0]).join('')
      expect(['bbbboo', 'oobbbb']).toContain(states)
    } finally {
      await Promise.all(connections.map((connection) => connection.close()))
    }
  }
})

it('a caller who waits for slots that are booked meanwhile is refused, and learns which slot was in the way', async () => {
  const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(owner)
  const other = await aCustomer(owner)
  const [first, second] = [await connect(database.url), await connect(database.url)]
  try {
    let waiting: Promise<unknown> = Promise.resolve()
    await first.request(customer.claims, async () => {
      await book(first, clinicId, slotIds[2] as string, { serviceId: longVisit })
      waiting = second
        .request(other.claims, () => book(second, clinicId, slotIds[0] as string, { serviceId: longVisit }))
        .catch((error: unknown) => error)
      await untilWaiting(owner, second, waiting)
    })
    const refusal = (await waiting) as DatabaseError
    expect(refusal).toBeInstanceOf(DatabaseError)
    expect(refusal.code).toBe('MS822')
    expect(JSON.parse(refusal.detail ?? '')).toMatchObject({ bookingSlotId: slotIds[2], reason: 'slot_taken' })
    const states = (await slotsOf(owner, slotIds)).map(({ status }) => status[0]).join('')
    expect(states).toBe('oobbbb')
  } finally {
    await Promise.all([first.close(), second.close()])
  }
})
