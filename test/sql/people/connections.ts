import { afterEach, beforeEach } from '@jest/globals'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'

/** Two connections of the owner to a database of their own for each test, and one that observes them. */
export function twoAtOnce(): { db: Connection; other: Connection; observer: Connection } {
  const at = {} as { db: Connection; other: Connection; observer: Connection }
  let database: ClonedDatabase | undefined
  beforeEach(async () => {
    database = await cloneDatabase()
    at.db = await connect(database.url)
    at.other = await connect(database.url)
    at.observer = await connect(database.url)
  })
  afterEach(async () => {
    for (const connection of [at.db, at.other, at.observer]) await connection?.close()
    await database?.drop()
  })
  return at
}
