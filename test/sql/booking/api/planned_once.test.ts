import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { book, cancel, hold, release, reschedule } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'

// Planning a statement takes many times as long as running it. A function's statements are planned for their values in
// the first five calls on a connection; then PostgreSQL keeps one plan, unless plans for the values look so much cheaper
// that it makes a new one in each call.

let database: ClonedDatabase
let db: Connection
let practice: Awaited<ReturnType<typeof aPractice>>
let serviceId: string
const slots: string[] = []

beforeAll(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  practice = await aPractice(db)
  serviceId = await aService(db, practice.clinicId, { doctors: [practice.doctorId], duration: '30 min' })
  // Run before the measurement: the checks of foreign keys are planned again when the search path changes, as it does
  // between an insert here and a function.
  for (let hours = 100; hours < 180; hours++) slots.push(await aSlot(db, practice.clinicId, practice.doctorId, hours))
})

afterAll(async () => {
  await db.close()
  await database.drop()
})

/**
 * The statements in functions that are planned during some work: where each one stands. Without those of functions in SQL before
 * PostgreSQL 18, which are planned in each transaction.
 */
async function planned(work: () => Promise<unknown>): Promise<Set<string>> {
  const found = new Set<string>()
  const { version } = await db.one(`select current_setting('server_version_num')::int as version`)
  const listen = ({ message, where }: { message?: string | undefined; where?: string | undefined }) => {
    if (message === 'plan:' && where && !(version < 180_000 && where.startsWith('SQL function'))) found.add(where)
  }
  await db.query('set debug_print_plan = on; set client_min_messages = log')
  db.client.on('notice', listen)
  try {
    await work()
  } finally {
    db.client.off('notice', listen)
    await db.query('reset debug_print_plan; reset client_min_messages')
  }
  return found
}

type Operation = (clinicId: string, slots: [string, string]) => Promise<unknown>

it.each<[string, Operation]>([
  ['booking', (clinic, [slot]) => book(db, clinic, slot)],
  ['booking for a service', (clinic, [slot]) => book(db, clinic, slot, { serviceId })],
  [
    'holding, releasing, booking and cancelling',
    async (clinic, [slot, other]) => {
      await hold(db, clinic, other)
      await release(db, clinic, other)
      await hold(db, clinic, slot)
      await cancel(db, clinic, (await book(db, clinic, slot)).id)
    },
  ],
  ['moving a booking', async (clinic, [from, to]) => reschedule(db, clinic, (await book(db, clinic, from)).id, to)],
])('%s plans no statement again that has been planned five times', async (_, operation) => {
  const { clinicId, customer } = practice
  const run = async (watch: typeof planned) => {
    const free = slots.splice(0, 2) as [string, string]
    return watch(() => db.request(customer.claims, () => operation(clinicId, free)))
  }
  for (let i = 0; i < 7; i++) await run(async (work) => new Set([String(await work())]))
  // In two calls: when a table is analyzed between them, plans are made once more.
  const first = await run(planned)
  const second = await run(planned)
  expect([...first].filter((where) => second.has(where))).toEqual([])
})
