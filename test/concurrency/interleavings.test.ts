import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { publishAll } from '../helpers/database/live.ts'
import { aSmallWorld, type Command, command, mostLive, onTheirOwn, perform, type World } from './interleaving.ts'
import { brokenInvariants } from './invariants.ts'
import { untilSeen } from './until_seen.ts'

// Many clients act concurrently in a random order. Afterwards all invariants must hold, whatever the clients were
// answered.

const clients = 8
/** At the least. FUZZ_RUNS=200 takes some minutes. */
const runs = Number(process.env.FUZZ_RUNS ?? 6)
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

/** Errors that a client may get: a registered refusal, or a request to repeat. Any other error is a fault. */
function judge(error: unknown, { name }: Command): string {
  if (error instanceof DatabaseError) {
    if (
      error.code === '40001' &&
      /lock_booking|lock_visit|claim_move|book_series|move_series|lock_slots_in_absence/.test(error.where ?? '')
    )
      return 'serialization_failure'
    const refusal = names.get(error.code ?? '')
    // The refusal of a constraint is a fault, too: its message does not help a caller, so functions must check first.
    if (error.code?.startsWith('MS') && refusal) return refusal
  }
  // The detail of a deadlock names the processes, and its `where` the statement.
  const { code, message, detail, where } = error as DatabaseError
  throw new Error(`${name} failed: ${code} ${message}\n${detail}\n${where}`, { cause: error })
}

/** The clients take commands from one list until it is empty. Returns how often each outcome occurred. */
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

/** Outcomes that show that the clients conflicted, and that many commands succeeded. */
const outcomesThatMatter = [
  'hold: done',
  'book: done',
  'book: slot_taken',
  'book: slot_held',
  'book: slot_withdrawn',
  'book: run_not_free',
  // By any command: rare, since most bookings at the same time need different rooms.
  'no_resource_free',
  'changeRoom: done',
  'cancel: done',
  'cancelByDesk: done',
  'reschedule: done',
  'rescheduleByDesk: done',
  'bookSeries: done',
  'bookSeries: slot_taken',
  'moveSeries: done',
  'cancelSeries: done',
  'withdraw: done',
  'reopen: done',
  'reopen: slot_overlaps',
  'deactivateDoctor: done',
  'addAbsence: done',
  'addAbsence: still_in_use',
  'changeAbsence: done',
  'removeAbsence: done',
  'importBusyTimes: done',
  'reopen: doctor_absent',
  'wait: done',
  'acceptOffer: done',
  'acceptOffer: slot_offered',
  'book: slot_offered',
]

it('random concurrent commands of many clients break no invariant of the clinics', async () => {
  const seen = new Set<string>()
  // A seed for the commands: on failure fast-check reports this number instead of hundreds of commands.
  const property = fc.asyncProperty(fc.nat(), async (seed) => {
    const commands = fc.sample(command, { seed, numRuns: commandsInARun })
    const world = await aSmallWorld(owner)
    const clinicIds = world.practices.map((practice) => practice.clinicId)
    const heard: string[] = []
    const hear = ({ payload }: { payload?: string | undefined }) => heard.push(...JSON.parse(payload ?? '{}').eventIds)
    listener.client.on('notification', hear)
    for (const clinicId of clinicIds) await listener.query(`listen "medislot:clinic:${clinicId}"`)

    const outcomes = await doAll(world, commands)
    for (const outcome of Object.keys(outcomes))
      seen.add(outcome).add(outcome.replace(/^.*: (?=no_resource_free$)/, ''))

    expect(await brokenInvariants(owner, clinicIds)).toEqual({})
    const greedy = await owner.query(
      `select clinic_id, customer_id, count(*) from (
           select clinic_id, customer_id, null::timestamptz from app_public.bookings where status in ('booked', 'checked_in')
           union all
           -- What is held together has one end.
           select distinct clinic_id, customer_id, held_until from app_public.booking_slots where status = 'held' and held_until > now()) live
         where clinic_id = any ($1) and customer_id = any ($2) group by 1, 2 having count(*) > $3`,
      [clinicIds, world.customers.slice(0, onTheirOwn).map((customer) => customer.customerId), mostLive],
    )
    expect(greedy).toEqual([])

    // A listener has received every event exactly once, in any order of commits, including the first events of new
    // slots.
    const events = await owner.query<{ id: string }>('select id from app_public.events where clinic_id = any ($1)', [
      clinicIds,
    ])
    await publishAll(owner)
    // Once this query is answered, all notifications have been received.
    await listener.query('select 1')
    listener.client.off('notification', hear)
    await listener.query('unlisten *')
    expect(heard.map(Number).sort((a, b) => a - b)).toEqual(events.map(({ id }) => Number(id)).sort((a, b) => a - b))
  })
  await untilSeen(property, { runs, seen, wanted: outcomesThatMatter })
})
