import type { Client } from 'pg'
import { clinicsOf, peopleOf, withLoginOf } from '../database/several_databases.ts'
import { connectOwner, type Shard, shardsOf } from './databases.ts'
import { caughtUp, hasSubscription, lagOf } from './replication.ts'

/**
 * Compares the map, the clinics in the shards and the copies, and gives a sentence for each difference. Copies are compared
 * after they have caught up; if they differ, they are compared again a few times, since rows may change meanwhile.
 */
export async function faultsOf(globalUrl: string): Promise<string[]> {
  const global = await connectOwner(globalUrl)
  try {
    const faults = await ownFaults(global, 'the global database')
    for (const shard of await shardsOf(global)) faults.push(...(await faultsOfShard(globalUrl, global, shard)))
    return faults
  } finally {
    await global.end()
  }
}

async function faultsOfShard(globalUrl: string, global: Client, { id, address, state }: Shard): Promise<string[]> {
  const name = `shard ${id}`
  let shard: Client
  try {
    shard = await connectOwner(withLoginOf(globalUrl, address))
  } catch (error) {
    return [`${name}: ${address} does not answer: ${(error as Error).message}`]
  }
  try {
    const { rows } = await shard.query<{ id: number | null }>('select shard_id as id from app_private.installation')
    if (rows[0]?.id !== id) return [`${name}: ${address} says that it is shard ${rows[0]?.id ?? 'none'}`]
    const lost = [
      ...(await lostCopies(global, shard, peopleOf(id), id)),
      ...(await lostCopies(shard, global, clinicsOf(id), id)),
    ]
    if (state === 'active' && lost.length > 0) return lost
    return [
      ...(state === 'active' ? [] : [`${name}: is still joining: run npm run shards -- add again`]),
      ...(await differentRelease(global, shard, name)),
      ...(await ownFaults(shard, name)),
      ...(await differentMap(global, shard, id)),
      ...(await differentCopies(global, shard, 'global', peopleOf(id), name)),
      ...(await differentCopies(shard, global, 'clinic', clinicsOf(id), name)),
    ]
  } finally {
    await shard.end()
  }
}

/**
 * Whether copies cannot continue, because the log that they need was not kept, or because the subscription is missing.
 */
async function lostCopies(publisher: Client, subscriber: Client, name: string, id: number): Promise<string[]> {
  const lag = await lagOf(publisher, name)
  const again = `run npm run shards -- copy ${id}`
  if (!(await hasSubscription(subscriber, name))) return [`shard ${id}: nothing subscribes to ${name}: ${again}`]
  if (!lag) return [`shard ${id}: the slot ${name} is missing: ${again}`]
  return lag.lost ? [`shard ${id}: the slot ${name} is lost, since its subscriber was down for too long: ${again}`] : []
}

async function ownFaults(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ fault: string }>('select app_private.faults_of_copies() as fault')
  return rows.map(({ fault }) => `${name}: ${fault}`)
}

async function differentRelease(global: Client, shard: Client, name: string): Promise<string[]> {
  const last = 'select filename from graphile_migrate.migrations order by filename desc limit 1'
  const [there, here] = [(await global.query(last)).rows[0]?.filename, (await shard.query(last)).rows[0]?.filename]
  return there === here ? [] : [`${name}: its last migration is ${here}, that of the global database ${there}`]
}

async function differentMap(global: Client, shard: Client, id: number): Promise<string[]> {
  const ids = async (client: Client, text: string, values: unknown[] = []) =>
    (await client.query<{ id: string }>(text, values)).rows.map((row) => row.id)
  // In this order: a clinic that is made meanwhile is in the shard before it is in the map.
  const mapped = await ids(global, 'select clinic_id as id from app_private.clinic_shards where shard_id = $1', [id])
  const held = await ids(shard, 'select id from app_public.clinics')
  const missing = held.filter((clinic) => !mapped.includes(clinic))
  // Copies of the newest ones may not have arrived yet.
  await caughtUp(shard, clinicsOf(id))
  const late = await ids(global, 'select clinic_id as id from app_private.clinic_shards where shard_id = $1', [id])
  return [
    ...missing
      .filter((clinic) => !late.includes(clinic))
      .map((clinic) => `shard ${id}: clinic ${clinic} is not in the map`),
    ...mapped
      .filter((clinic) => !held.includes(clinic))
      .map((clinic) => `shard ${id}: clinic ${clinic} is in the map only`),
  ]
}

/** Compares what a publisher has with the copies of a subscriber, table by table. */
async function differentCopies(
  publisher: Client,
  subscriber: Client,
  home: 'global' | 'clinic',
  slot: string,
  name: string,
): Promise<string[]> {
  const { rows } = await publisher.query<{ table: string }>(
    `select table_name as table from app_private.table_homes
     where home = $1 and copied_columns is not null order by table_name`,
    [home],
  )
  // The global database has copies of other shards' clinics as well.
  const clinics =
    home === 'clinic' ? (await publisher.query('select id from app_public.clinics')).rows.map(({ id }) => id) : null
  const digest = async (client: Client, table: string) =>
    (await client.query('select app_private.digest_of_copy($1, $2) as digest', [table, clinics])).rows[0].digest
  let different = rows.map(({ table }) => table)
  for (let attempt = 0; attempt < 3 && different.length > 0; attempt++) {
    if (!(await caughtUp(publisher, slot))) return [`${name}: ${slot} does not catch up, so copies were not compared`]
    const still: string[] = []
    for (const table of different)
      if ((await digest(publisher, table)) !== (await digest(subscriber, table))) still.push(table)
    different = still
  }
  return different.map((table) => `${name}: the copies of ${table} differ`)
}
