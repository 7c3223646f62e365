import { shardCount } from '../database/cluster.ts'
import type { Db } from '../database/database.ts'
import { databasesOf } from './sharded_owner.ts'

// What differs in a run with shards (jest.sharded.config.js) from one database: docs/shards.md.

/** Lets the shards do what their workers do after a person was removed or erased: in one database it is done at once. */
export async function peopleHaveLeft(owner: Pick<Db, 'query'>): Promise<void> {
  if (shardCount === 0) return
  for (const shard of databasesOf(owner))
    for (const what of ['removal', 'erasure'])
      await shard.query(`select app_private.carry_out_${what}(customer_id) from app_private.copied_${what}s`)
}
