import type { Task } from 'graphile-worker'

/**
 * In a shard: does at its clinics what the global database has decided about people, each in a transaction: erases them, or
 * cancels the visits of those who were removed (sql/core/shards/people/leaving). Those for whom that fails, because their clinic
 * is moving for example, stay noted; the job then fails and is tried again. Elsewhere there are none.
 */
export const carryOut =
  (noted: string, carriedOut: string, done: string): Task =>
  async (_payload, { query, logger }) => {
    const { rows } = await query<{ customer_id: string }>(
      `select customer_id from app_private.${noted} order by arrived_at, customer_id`,
    )
    const failures: unknown[] = []
    for (const { customer_id } of rows)
      await query(`select app_private.${carriedOut}($1)`, [customer_id]).catch((error) => void failures.push(error))
    const count = rows.length - failures.length
    if (count > 0) logger.info(`${done} ${count} people at the clinics here`)
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} people could not be ${done} here`)
  }
