import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { type ClonedDatabase, cloneDatabase } from '../helpers/cluster.ts'
import { type Connection, connect } from '../helpers/connection.ts'
import { publishAll } from '../helpers/live.ts'
import { aSmallWorld, type Command, command, mostLive, onTheirOwn, perform, type World } from './interleaving.ts'
import { brokenInvariants } from './invariants.ts'

// Many clients do this and that at once, in no order that anybody planned. Whatever they were answered, afterwards all must fit.

const clients = 8
const runs = 12
const commandsInARun = 400

let database: ClonedDatabase
let owner: Connection
let listener: Connection
let connections: Connection[]
let names: Map<string, string>

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  listener = await connect(database.url)
  connections = await Promise.all(Array.from({ length: clients }, () => connect(database.url)))
  const rows = await owner.query<{ sqlstate: string; name: string }>(
    'select sqlstate, name from app_hidden.error_codes',
  )
  names = new Map(rows.map(({ sqlstate, name }) => [sqlstate, name]))
})

afterAll(async () => {
  for (const connection of [owner, listener, ...connections]) await connection.close()
  await database.drop()
})

/** What a client may be told: a refusal of ours, or to repeat, by the one function that says so. Anything else is a fault. */
function judge(error: unknown, { name }: Command): string {
  if (error instanceof DatabaseError) {
    if (error.code === '40001' && error.where?.includes('lock_booking')) return 'serialization_failure'
    const refusal = names.get(error.code ?? '')
    // Not a table's own refusal either: what a function does not judge itself, it tells nobody in words to understand.
    if (error.code?.startsWith('MS') && refusal) return refusal
  }
  // A deadlock's detail names the processes, its `where` the statement.
  const { code, message, detail, where } = error as DatabaseError
  throw new Error(`${name} failed: ${code} ${message}\n${detail}\n${where}`, { cause: error })
}

/** The clients take commands from one list until it is empty. Gives how often each outcome was had. */
async function doAll(world: World, commands: Command[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  const rest = [...commands]
  await Promise.all(
    connections.map(async (connection) => {
      for (let next = rest.shift(); next; next = rest.shift()) {
        const command = next
        const outcome = await perform(connection, world, command).then(
          () => 'done',
          (error: unknown) => judge(error, command),
        )
        outcomes[`${command.name}: ${outcome}`] = (outcomes[`${command.name}: ${outcome}`] ?? 0) + 1
      }
    }),
  )
  return outcomes
}

it('whatever many clients do at once, the clinics stay in order', async () => {
  const seen = new Set<string>()
  await fc.assert(
    // A number, from which the commands are drawn: on failure fast-check tells it, not hundreds of commands.
    fc.asyncProperty(fc.nat(), async (seed) => {
      const commands = fc.sample(command, { seed, numRuns: commandsInARun })
      const world = await aSmallWorld(owner)
      const clinicIds = world.practices.map((practice) => practice.clinicId)
      const heard: string[] = []
      const hear = ({ payload }: { payload?: string | undefined }) =>
        heard.push(...JSON.parse(payload ?? '{}').eventIds)
      listener.client.on('notification', hear)
      for (const clinicId of clinicIds) await listener.query(`listen "medislot:clinic:${clinicId}"`)

      const outcomes = await doAll(world, commands)
      for (const outcome of Object.keys(outcomes)) seen.add(outcome)

      expect(await brokenInvariants(owner, clinicIds)).toEqual({})
      const greedy = await owner.query(
        `select clinic_id, customer_id, count(*) from (
             select clinic_id, customer_id from app_public.bookings where status in ('booked', 'checked_in')
             union all
             select clinic_id, customer_id from app_public.booking_slots where status = 'held' and held_until > now()) live
           where clinic_id = any ($1) and customer_id = any ($2) group by 1, 2 having count(*) > $3`,
        [clinicIds, world.customers.slice(0, onTheirOwn).map((customer) => customer.customerId), mostLive],
      )
      expect(greedy).toEqual([])

      // Who listens has heard of every event, once, whatever committed late: the first ones too, that made the clinics' slots.
      const events = await owner.query<{ id: string }>('select id from app_public.events where clinic_id = any ($1)', [
        clinicIds,
      ])
      await publishAll(owner)
      // It has heard of all when it is answered.
      await listener.query('select 1')
      listener.client.off('notification', hear)
      await listener.query('unlisten *')
      expect(heard.map(Number).sort((a, b) => a - b)).toEqual(events.map(({ id }) => Number(id)).sort((a, b) => a - b))
    }),
    // The same commands interleave otherwise the next time, so there is nothing to shrink towards. The seed is told on failure.
    { numRuns: runs, endOnFailure: true },
  )
  // They did get in each other's way, and much was done all the same.
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'hold: done',
      'book: done',
      'book: slot_taken',
      'book: slot_held',
      'book: slot_withdrawn',
      'cancel: done',
      'cancelByDesk: done',
      'reschedule: done',
      'rescheduleByDesk: done',
      'withdraw: done',
      'reopen: done',
      'reopen: slot_overlaps',
      'deactivateDoctor: done',
    ]),
  )
})
