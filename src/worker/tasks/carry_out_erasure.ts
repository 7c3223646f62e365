import type { Task } from 'graphile-worker'

/**
 * In a shard: erases at its clinics the people whom the global database has erased, each in a transaction
 * (sql/core/shards/people/carry_out_erasure.sql). Those for whom that fails, because their clinic is moving for example, stay
 * noted; the job then fails and is tried again. Elsewhere there are none.
 */
const carryOutErasure: Task = async (_payload, { query, logger }) => {
  const { rows } = await query<{ customer_id: string }>(
    'select customer_id from app_private.copied_erasures order by arrived_at, customer_id',
  )
  const failures: unknown[] = []
  for (const { customer_id } of rows)
    await query('select app_private.carry_out_erasure($1)', [customer_id]).catch((error) => void failures.push(error))
  const carriedOut = rows.length - failures.length
  if (carriedOut > 0) logger.info(`erased ${carriedOut} people at the clinics here`)
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} people could not be erased here`)
}

export default carryOutErasure
