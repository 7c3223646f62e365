import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { clinicsOf, peopleOf, withLoginOf } from '../database/several_databases.ts'
import { log } from '../process/log.ts'
import { StartError } from '../process/settings.ts'
import { streamRows } from './clinic_rows.ts'
import {
  addressWithoutLogin,
  connectForReplication,
  connectOwner,
  replicationConnection,
  shardsOf,
} from './databases.ts'
import { hasSubscription } from './replication.ts'
import { inTransaction } from './transactions.ts'

/** Copies of what one database publishes in another, under a name that is also that of the slot and the subscription. */
interface Copies {
  name: string
  home: 'global' | 'clinic'
  publisher: Client
  subscriber: Client
  /** The publisher's address. */
  address: string
}

/**
 * Makes the copies of a shard again, in both directions, for example when a slot was lost: tables that differ are copied as a
 * whole, while the copies that are there can be read. May be repeated after an interruption.
 */
export async function copyAgain(globalUrl: string, id: number, password: string): Promise<void> {
  const global = await connectOwner(globalUrl)
  try {
    const found = (await shardsOf(global)).find((known) => known.id === id)
    if (found?.state !== 'active') throw new StartError(`Shard ${id} is not active.`)
    const shard = await connectOwner(withLoginOf(globalUrl, found.address))
    try {
      const people = { publisher: global, subscriber: shard, address: addressWithoutLogin(globalUrl) }
      await copy({ ...people, name: peopleOf(id), home: 'global' }, null, password)
      // Replication would have updated the records that follow profiles.
      await inTransaction(shard, () =>
        shard.query('select app_private.follow_profiles(c.id) from app_public.clinics c'),
      )
      const { rows } = await global.query('select clinic_id as id from app_private.clinic_shards where shard_id = $1', [
        id,
      ])
      const held = (await shard.query('select id from app_public.clinics')).rows.map((clinic) => clinic.id)
      // A clinic that has moved away may have old rows in the shard, for example after the shard was restored.
      const { rows: elsewhere } = await global.query(
        `select h.id from unnest($1::bigint[]) h (id) where h.id / 1000000000000 <> $2
           or exists (select from app_private.clinic_shards cs where cs.clinic_id = h.id and cs.shard_id <> $2)
           or exists (select from app_private.returned_clinics rc where rc.clinic_id = h.id)`,
        [held, id],
      )
      const others = new Set(elsewhere.map((clinic) => clinic.id))
      const clinics = [...new Set([...rows.map((row) => row.id), ...held.filter((clinic) => !others.has(clinic))])]
      const copies = { publisher: shard, subscriber: global, address: found.address }
      await copy({ ...copies, name: clinicsOf(id), home: 'clinic' }, clinics, password)
    } finally {
      await shard.end()
    }
  } finally {
    await global.end()
  }
}

/**
 * Replaces the subscription by a new one that begins at a position, and copies the rows as they were at this position.
 */
async function copy(copies: Copies, clinics: string[] | null, password: string): Promise<void> {
  const { name, publisher, subscriber, address } = copies
  const walsender = await connectForReplication(address, password)
  try {
    await endSubscription(copies, walsender)
    const { rows } = await walsender.query(`CREATE_REPLICATION_SLOT ${name} LOGICAL pgoutput (SNAPSHOT 'export')`)
    await continueIds(copies)
    await publisher.query('begin isolation level repeatable read read only')
    try {
      await publisher.query(`set transaction snapshot ${publisher.escapeLiteral(rows[0].snapshot_name)}`)
      await inTransaction(subscriber, () => replaceCopies(copies, clinics))
    } finally {
      await publisher.query('rollback')
    }
  } finally {
    await walsender.end()
  }
  const connection = subscriber.escapeLiteral(replicationConnection(address, password))
  await subscriber.query(
    `create subscription ${name} connection ${connection} publication medislot_copies
     with (create_slot = false, copy_data = false)`,
  )
}

/** Removes the subscription and its slot, as far as they exist. Owners of databases have no right to slots. */
async function endSubscription({ name, publisher, subscriber }: Copies, walsender: Client): Promise<void> {
  if (await hasSubscription(subscriber, name)) {
    await subscriber.query(`alter subscription ${name} disable`)
    await subscriber.query(`alter subscription ${name} set (slot_name = none)`)
    await subscriber.query(`drop subscription ${name}`)
  }
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    const { rows } = await publisher.query('select active from pg_replication_slots where slot_name = $1', [name])
    if (rows.length === 0) return
    if (!rows[0].active) await walsender.query(`DROP_REPLICATION_SLOT ${name}`)
    else if (Date.now() > deadline) throw new StartError(`${name}: the slot is still in use. Run this again.`)
  }
}

/**
 * Raises the publisher's sequences above the ids in the copies. A publisher that was restored from a backup would otherwise use
 * the latest ids again, for other patients and for bookings to which links were sent.
 */
async function continueIds({ publisher, subscriber, home }: Copies): Promise<void> {
  const { rows } = await publisher.query<{ table: string; sequence: string; least: string; most: string }>(
    `select th.table_name as table, s.oid::regclass::text as sequence, q.seqmin as least,
       q.seqmin + 999999999999 - q.seqmin % 1000000000000 as most
     from app_private.table_homes th
     join pg_attribute a on a.attrelid = th.table_name::regclass and a.attname = 'id'
     cross join lateral (select pg_get_serial_sequence(th.table_name, a.attname)::regclass as oid) s
     join pg_sequence q on q.seqrelid = s.oid and q.seqtypid = 'bigint'::regtype
     where th.home = $1 and th.copied_columns is not null`,
    [home],
  )
  for (const { table, sequence, least, most } of rows) {
    const { rows: known } = await subscriber.query<{ id: string | null }>(
      `select max(id) as id from ${table} where id between $1 and $2`,
      [least, most],
    )
    await publisher.query(
      `select setval($1::regclass, $2::bigint) from pg_sequences
       where format('%I.%I', schemaname, sequencename)::regclass = $1::regclass
         and coalesce(last_value, min_value - 1) < $2::bigint`,
      [sequence, known[0]?.id],
    )
  }
}

async function replaceCopies({ name, home, publisher, subscriber }: Copies, clinics: string[] | null): Promise<void> {
  await subscriber.query(`set local session_replication_role = replica`)
  const { rows } = await publisher.query<{ table: string }>(
    `select table_name as table from app_private.table_homes
     where home = $1 and copied_columns is not null order by table_name`,
    [home],
  )
  for (const { table } of rows) {
    const digest = async (client: Client) =>
      (await client.query('select app_private.digest_of_copy($1, $2) as digest', [table, clinics])).rows[0].digest
    if ((await digest(publisher)) === (await digest(subscriber))) continue
    log.info({ copies: name, table }, 'copying a table again')
    await subscriber.query('select app_private.remove_copies($1, $2)', [table, clinics])
    const ids = clinics ? `'{${clinics}}'` : 'null'
    const source = `app_private.rows_of_copy(${publisher.escapeLiteral(table)}, ${ids})`
    await streamRows(publisher, source, (json) =>
      subscriber.query('select app_private.put_rows_of_copy($1, $2)', [table, json]),
    )
  }
  await subscriber.query('insert into app_private.catalogue_changes default values')
}
