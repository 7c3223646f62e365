import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { book, hold, reschedule } from '../helpers/clinic/operations.ts'
import { aPracticeWithRooms, aResource, needs, resourcesOf } from '../helpers/clinic/rooms.ts'
import { aService } from '../helpers/clinic/services.ts'
import { aRowOfSlots } from '../helpers/clinic/visits.ts'
import { aCustomer, aDoctor, aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../helpers/database/connection.ts'
import { graphqlClient } from '../helpers/programs/graphql.ts'
import { startServer } from '../helpers/programs/program.ts'
import { tokenOf, tokenSettings } from '../helpers/programs/tokens.ts'
import { brokenInvariants } from './invariants.ts'

// Visits at the same time, with different doctors, want one room or one machine.

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

/** Doctors who all have a slot at the same times, and one service of theirs that takes the machine. */
async function aMachineFor(doctorCount: number) {
  const practice = await aPractice(owner)
  const { clinicId } = practice
  const doctors: string[] = []
  for (let i = 0; i < doctorCount; i++) doctors.push(await aDoctor(owner, clinicId))
  const machine = await aResource(owner, clinicId, { type: 'equipment' })
  const serviceId = await aService(owner, clinicId, { doctors })
  await needs(owner, clinicId, serviceId, [[machine]])
  const slots: string[][] = []
  for (const doctorId of doctors) slots.push(await aRowOfSlots(owner, clinicId, doctorId, 2))
  const customers = await Array.fromAsync(doctors, () => aCustomer(owner))
  return { clinicId, serviceId, slots, customers, machine }
}

it('of visits that want the same machine through SQL, GraphQL and REST at once, exactly one is booked', async () => {
  const { clinicId, serviceId, slots, customers } = await aMachineFor(6)
  const tokens = await Promise.all(customers.map(({ claims }) => tokenOf(claims)))
  const server = await startServer(database.serverUrl, { JWT_SECRET: tokenSettings.jwtSecret })
  const connections = await Promise.all([0, 1].map(() => connect(database.url)))
  try {
    const bySql = async (i: number) => {
      const connection = connections[i] as Connection
      const act = () => book(connection, clinicId, slots[i]?.[0] as string, { serviceId })
      return connection.request(customers[i]?.claims ?? {}, act).then(
        () => 'booked',
        (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          return error.code === 'MS650' ? 'no_resource_free' : `${error.code} ${error.message}`
        },
      )
    }
    const byGraphQL = async (i: number) => {
      const document = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
      const input = { clinicId, bookingSlotId: slots[i]?.[0], serviceId }
      const { errors } = await graphqlClient(server.url, tokens[i])(document, { input })
      return errors?.map(({ extensions }) => extensions?.code).join() ?? 'booked'
    }
    const byRest = async (i: number) => {
      const response = await fetch(`${server.url}/api/bookingSlots/${slots[i]?.[0]}/book`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[i]}` },
        body: JSON.stringify({ serviceId }),
      })
      const { code } = (await response.json()) as { code?: string }
      return response.ok ? 'booked' : `${response.status} ${code}`
    }
    const outcomes = await Promise.all([bySql(0), bySql(1), byGraphQL(2), byGraphQL(3), byRest(4), byRest(5)])
    expect(outcomes.filter((outcome) => outcome === 'booked')).toHaveLength(1)
    const refused = outcomes.map(
      (outcome, i) => outcome === 'booked' || outcome === `${i < 4 ? '' : '409 '}no_resource_free`,
    )
    expect({ outcomes, refused: refused.every(Boolean) }).toEqual({ outcomes, refused: true })
    const { bookings, claims } = await owner.one(
      `select (select count(*)::int from app_public.bookings where clinic_id = $1) as bookings,
         (select count(*)::int from app_public.resource_claims where clinic_id = $1) as claims`,
      [clinicId],
    )
    expect({ bookings, claims }).toEqual({ bookings: 1, claims: 1 })
    expect(await brokenInvariants(owner, [clinicId])).toEqual({})
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
    expect(await server.stop()).toBe(0)
  }
})

it('a second visit waits for the one that is choosing, and then takes the other room', async () => {
  const { clinicId, slots, check, rooms, customers } = await aPracticeWithRooms(owner)
  const [one, two] = [await connect(database.url), await connect(database.url)]
  try {
    await one.query('begin')
    const options = (i: 0 | 1) => ({ customerId: customers[i].customerId, serviceId: check })
    const first = await book(one, clinicId, slots[0][0] as string, options(0))
    const second = book(two, clinicId, slots[1][0] as string, options(1))
    await untilWaiting(one, two, second)
    await one.query('commit')
    expect(await resourcesOf(owner, first.id)).toEqual([rooms[0]])
    expect(await resourcesOf(owner, (await second).id)).toEqual([rooms[1]])
  } finally {
    await Promise.all([one.close(), two.close()])
  }
})

it('bookings of services without needs do not wait for a visit that is choosing its room', async () => {
  const { clinicId, slots, doctors, check, customers } = await aPracticeWithRooms(owner)
  const plain = await aService(owner, clinicId, { doctors: [...doctors] })
  const [one, two] = [await connect(database.url), await connect(database.url)]
  try {
    await one.query('begin')
    await book(one, clinicId, slots[0][0] as string, { customerId: customers[0].customerId, serviceId: check })
    await two.query(`set lock_timeout = '20s'`)
    for (const [slot, serviceId] of [
      [1, plain],
      [2, null],
    ] as const)
      await book(two, clinicId, slots[1][slot] as string, { customerId: customers[1].customerId, serviceId })
    await one.query('commit')
  } finally {
    await Promise.all([one.close(), two.close()])
  }
})

it('a rush that books, holds and moves visits with one machine breaks no rule and never deadlocks', async () => {
  const { clinicId, serviceId, slots, customers } = await aMachineFor(20)
  const connections = await Promise.all(customers.map(() => connect(database.url)))
  const deadlocks = async () =>
    (await owner.one<{ n: string }>('select deadlocks as n from pg_stat_database where datname = current_database()')).n
  const before = await deadlocks()
  try {
    const seen = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const outcomes = await Promise.all(
        connections.map((connection, i) => {
          const slotId = slots[i]?.[round % 2] as string
          return connection
            .request(customers[i]?.claims ?? {}, async () => {
              const [live] = await connection.query<{ id: string }>(
                `select id from app_public.bookings where clinic_id = $1 and status = 'booked'`,
                [clinicId],
              )
              if (live) await reschedule(connection, clinicId, live.id, slotId)
              else if (i % 3 === 0) await hold(connection, clinicId, slotId, { serviceId })
              else await book(connection, clinicId, slotId, { serviceId })
            })
            .then(
              () => 'done',
              (error: unknown) => {
                if (!(error instanceof DatabaseError)) throw error
                return error.code as string
              },
            )
        }),
      )
      for (const outcome of outcomes) seen.add(outcome)
      expect(await brokenInvariants(owner, [clinicId])).toEqual({})
    }
    expect([...seen].filter((outcome) => !['done', 'MS650'].includes(outcome))).toEqual([])
    expect(seen.has('done') && seen.has('MS650')).toBe(true)
    expect(await deadlocks()).toBe(before)
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
})
