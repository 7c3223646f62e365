import type { Task } from 'graphile-worker'
import { createPool } from '../../../database/pools.ts'
import { withLoginOf } from '../../../database/several_databases.ts'

const batchSize = 1000

interface Pending {
  clinic_id: string
  customer_id: string
  /** Null for a clinic that was moved to the global database since. */
  address: string | null
}

interface Use {
  customer_id: string
  use: 'used' | 'held' | 'unused' | 'unknown'
}

/**
 * In the global database: asks the shards which of the people that were recorded for their clinics they use, and removes the
 * others (sql/core/shards/people/settle_people.sql). Those of a shard that does not answer have to wait; the job then fails and
 * is tried again. Without shards there are none.
 */
export const settlePeople =
  (databaseUrl: string): Task =>
  async (_payload, { query, logger }) => {
    const { rows } = await query<Pending>('select * from app_private.people_to_settle()')
    const failures: unknown[] = []
    for (const [address, people] of Map.groupBy(rows, (row) => row.address)) {
      try {
        for (let first = 0; first < people.length; first += batchSize) {
          const uses = await usesIn(databaseUrl, address, people.slice(first, first + batchSize))
          const of = (wanted: Use['use']) => uses.filter(({ use }) => use === wanted).map((row) => row.customer_id)
          const settled = await query<{ removed: number }>('select app_private.settle_people($1, $2) as removed', [
            of('used'),
            of('unused'),
          ])
          const removed = settled.rows[0]?.removed ?? 0
          if (removed > 0) logger.info(`removed ${removed} people whom no clinic uses`)
        }
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} shards could not be asked`)
  }

/** What the database at an address has of these people, or without one the global database. */
async function usesIn(databaseUrl: string, address: string | null, people: Pending[]): Promise<Use[]> {
  const url = address ? withLoginOf(databaseUrl, address) : databaseUrl
  const pool = createPool(url, { name: 'worker', size: 1, patienceMs: 30_000 })
  try {
    const { rows } = await pool.query<Use>('select * from app_private.use_of_customers($1, $2)', [
      people.map(({ clinic_id }) => clinic_id),
      people.map(({ customer_id }) => customer_id),
    ])
    return rows
  } finally {
    await pool.end()
  }
}
