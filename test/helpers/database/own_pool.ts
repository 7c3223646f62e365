import type { Pool } from 'pg'
import { createPool } from '../../../src/database/pools.ts'
import { log } from '../../../src/process/log.ts'
import { type ClonedDatabase, cloneDatabase } from './cluster.ts'
import type { Db } from './database.ts'

/** A database of its own, for jobs that a test runs in its own process: they take connections from `pool`, which has `size`. */
export interface OwnPool {
  database: ClonedDatabase
  pool: Pool
  db: Pick<Db, 'query' | 'one'>
}

/** Makes one, as its owner. Nothing is logged from then on. End the pool, then drop the database. */
export async function ownPool(size = 5): Promise<OwnPool> {
  const database = await cloneDatabase()
  const pool = createPool(database.url, { name: 'test', size })
  log.level = 'silent'
  const query = async (text: string, values?: unknown[]) => (await pool.query(text, values)).rows
  const one = async (text: string, values?: unknown[]) => (await query(text, values))[0]
  return { database, pool, db: { query, one } as OwnPool['db'] }
}
