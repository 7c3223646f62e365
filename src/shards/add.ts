import type { Client } from 'pg'
import { migrateDatabase } from '../database/migrations.ts'
import { clinicsOf, peopleOf, withLoginOf } from '../database/several_databases.ts'
import { StartError } from '../process/settings.ts'
import { addressWithoutLogin, connectOwner, type Shard, shardsOf } from './databases.ts'
import { faultsOfLimits, faultsOfServer, subscribe } from './replication.ts'
import { inTransaction } from './transactions.ts'

/**
 * Makes a database a shard: migrates it, gives it its range of ids, and has people copied to it, and its clinics copied to the
 * global database. It can be repeated after an interruption, and after a migration. Throws StartError if a database does not
 * meet the requirements.
 */
export async function addShard(globalUrl: string, id: number, given: string, password: string): Promise<Shard> {
  const address = addressWithoutLogin(given)
  const globalAddress = addressWithoutLogin(globalUrl)
  if (address === globalAddress) throw new StartError(`${address} is the global database.`)
  const global = await connectOwner(globalUrl)
  try {
    const shardUrl = withLoginOf(globalUrl, address)
    const shard = await connectOwner(shardUrl).catch((cause: Error) => {
      throw new StartError(`${address}: ${cause.message}`, { cause })
    })
    try {
      const faults = [
        ...(await faultsOfServer(global, 'the global database')),
        ...(await faultsOfServer(shard, `shard ${id}`)),
      ]
      if (faults.length > 0) throw new StartError(faults.join('\n'))
      for (const url of [globalUrl, shardUrl]) await migrateDatabase(url)
      const numbers = new Set([...(await shardsOf(global)).map((known) => known.id), id])
      const limits = await faultsOfLimits(global, numbers.size)
      if (limits.length > 0) throw new StartError(limits.join('\n'))
      await inTransaction(global, async () => {
        await global.query('select app_private.become_global()')
        await global.query('select app_private.publish_copies()')
      })
      const { rows } = await global.query('select app_private.installation_id() as id')
      await inTransaction(shard, async () => {
        await shard.query('select app_private.become_shard($1, $2)', [id, rows[0].id])
        await shard.query('select app_private.publish_copies()')
      })
      await enter(global, id, address)
      await subscribe(shard, peopleOf(id), globalAddress, password)
      await subscribe(global, clinicsOf(id), address, password)
      await global.query(`update app_private.shards set state = 'active' where id = $1`, [id])
      return { id, address, state: 'active' }
    } finally {
      await shard.end()
    }
  } finally {
    await global.end()
  }
}

/** Enters the shard in the map, so that its clinics can follow. */
async function enter(global: Client, id: number, address: string): Promise<void> {
  const { rows } = await global.query<Shard>('select * from app_private.shards where id = $1 or address = $2', [
    id,
    address,
  ])
  const other = rows.find((known) => known.id !== id || known.address !== address)
  if (other) throw new StartError(`The map has ${other.address} as shard ${other.id}.`)
  if (rows.length === 0)
    await global.query('insert into app_private.shards (id, address) values ($1, $2)', [id, address])
}
