import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { play, rounds } from './money.ts'

// The long form of the last test in money.test.ts: FUZZ_RUNS=100000 takes an hour or two.

/** How many things the sessions do, in all currencies together; most of them move money, and the others are refused. */
const wanted = Number(process.env.FUZZ_RUNS ?? 1500)
const currencies = ['EUR', 'JPY', 'KWD']

let database: ClonedDatabase
let owner: Connection
let sessions: Connection[]

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  sessions = await Promise.all([1, 2, 3, 4].map(() => connect(database.url)))
})
afterAll(async () => {
  await Promise.all([owner, ...sessions].map((session) => session?.close()))
  await database?.drop()
})

it.each(currencies)(
  'whatever four sessions do with money in %s, again and again, every cent is in one place',
  async (currency) => {
    let tried = 0
    let done = 0
    await fc.assert(
      fc.asyncProperty(rounds(sessions.length, 20, 20), async (commands) => {
        tried += commands.flat().length
        // Throws at the first round after which an invariant does not hold.
        done += await play(owner, sessions, commands, currency)
      }),
      // Concurrent commands do not run in the same order twice, so shrinking could not find a shorter example.
      { numRuns: Math.ceil(wanted / currencies.length / (4 * 20)), endOnFailure: true },
    )
    expect(tried).toBeGreaterThanOrEqual(wanted / currencies.length)
    expect(done).toBeGreaterThan(tried / 4)
    expect(await owner.query('select * from billing.books_that_do_not_balance')).toEqual([])
  },
  6 * 3600_000,
)
