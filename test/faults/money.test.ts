import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { play, rounds } from '../concurrency/money/money.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'

// test/concurrency/money/money.test.ts at length: about ten thousand commands.

let database: ClonedDatabase
let connections: Connection[]

beforeAll(async () => {
  database = await cloneDatabase()
  connections = await Promise.all([0, 1, 2, 3, 4].map(() => connect(database.url)))
})
afterAll(async () => {
  await Promise.all((connections ?? []).map((connection) => connection.close()))
  await database?.drop()
})

it('every cent is in one place, whatever four sessions do for long', async () => {
  const [owner, ...sessions] = connections as [Connection, ...Connection[]]
  let done = 0
  await fc.assert(
    fc.asyncProperty(rounds(sessions.length, 20, 60), async (commands) => {
      done += await play(owner, sessions, commands)
    }),
    { numRuns: 60, endOnFailure: true },
  )
  expect(done).toBeGreaterThan(2000)
})
