import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, DatabaseError } from 'pg'
import { StartError } from '../process/settings.ts'
import { connectForReplication, replicationConnection } from './databases.ts'

/** SQLSTATE of a subscription by somebody who is not a superuser, to a server that does not ask for the password. */
const passwordNotAsked = '2F003'

interface Server {
  version: number
  wal_level: string
  replicates: boolean
  subscribes: boolean
  moves: boolean
}

/**
 * The requirements of replication that a database does not meet, one sentence each. `name` is the name of the database in them.
 * In PostgreSQL 15, only superusers can subscribe.
 */
export async function faultsOfServer(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query<Server>(
    `select current_setting('server_version_num')::int as version, current_setting('wal_level') as wal_level,
       exists (select from pg_roles
               where rolname = 'medislot_replication' and rolcanlogin and rolreplication and rolbypassrls) as replicates,
       exists (select from pg_roles
               where rolname = 'pg_create_subscription' and pg_has_role(oid, 'usage')) as subscribes,
       has_parameter_privilege('session_replication_role', 'set') as moves`,
  )
  const { version, wal_level, replicates, subscribes, moves } = rows[0] as Server
  if (version < 160_000) return [`${name}: shards need PostgreSQL 16 or newer`]
  return [
    ...(wal_level === 'logical' ? [] : [`${name}: wal_level is ${wal_level} and must be logical (restart PostgreSQL)`]),
    ...(replicates
      ? []
      : [`${name}: the role medislot_replication is missing, or lacks login, replication or bypassrls`]),
    ...(subscribes ? [] : [`${name}: the owner needs the role pg_create_subscription`]),
    ...(moves ? [] : [`${name}: the owner needs the right to set session_replication_role`]),
  ]
}

/**
 * Settings of the global database that are too small for so many shards: a subscription without a worker waits for ever. Each
 * shard needs one, and copying the rows of a new shard needs one more.
 */
export async function faultsOfLimits(global: Client, shards: number): Promise<string[]> {
  const { rows } = await global.query<{ name: string; is: number; least: number }>(
    `select name, setting::int as is, $1 + 1 + (name = 'max_worker_processes')::int as least from pg_settings
     where name in ('max_logical_replication_workers', 'max_worker_processes', 'max_replication_slots', 'max_wal_senders',
         'max_active_replication_origins')
       and setting::int < $1 + 1 + (name = 'max_worker_processes')::int
     order by name`,
    [shards],
  )
  return rows.map(
    ({ name, is, least }) =>
      `the global database: ${name} is ${is} and must be at least ${least} for ${shards} shards (restart PostgreSQL)`,
  )
}

/**
 * Subscribes to what the database at an address publishes, and waits until everything is copied. The subscription and the slot
 * there have the same name. If the subscription exists, its connection is set again, and tables that were published since are
 * added.
 */
export async function subscribe(at: Client, name: string, address: string, password: string): Promise<void> {
  try {
    await connectSubscription(at, name, address, password)
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === passwordNotAsked)) throw error
    throw new StartError(
      `${address}: its PostgreSQL must ask medislot_replication for the password, so that the owner of another database may subscribe (pg_hba.conf)`,
      { cause: error },
    )
  }
  await untilCopied(at, name)
}

async function connectSubscription(at: Client, name: string, address: string, password: string): Promise<void> {
  const literal = at.escapeLiteral(replicationConnection(address, password))
  if (await hasSubscription(at, name)) {
    await at.query(`alter subscription ${name} connection ${literal}`)
    await at.query(`alter subscription ${name} enable`)
    await at.query(`alter subscription ${name} refresh publication`)
    return
  }
  await dropSlot(name, address, password)
  await at.query(`create subscription ${name} connection ${literal} publication medislot_copies`)
}

/** Drops the slot of an interrupted attempt, if there is one. Fails if the slot is in use. */
async function dropSlot(name: string, address: string, password: string): Promise<void> {
  // Owners of databases have no right to slots.
  const client = await connectForReplication(address, password)
  try {
    const { rows } = await client.query(
      `select from pg_replication_slots where slot_name = ${client.escapeLiteral(name)}`,
    )
    if (rows.length > 0) await client.query(`DROP_REPLICATION_SLOT ${name}`)
  } finally {
    await client.end()
  }
}

/** Whether a database has this subscription. */
export async function hasSubscription(at: Client, name: string): Promise<boolean> {
  const { rowCount } = await at.query(
    `select from pg_subscription
     where subname = $1 and subdbid = (select oid from pg_database where datname = current_database())`,
    [name],
  )
  return rowCount === 1
}

async function untilCopied(at: Client, name: string): Promise<void> {
  // The count of errors is never reset. PostgreSQL tries again every few seconds.
  for (let before: string | undefined; ; ) {
    const { rows } = await at.query<{ left: number; errors: string }>(
      `select (select count(*)::int from pg_subscription_rel r where r.srsubid = s.oid and r.srsubstate <> 'r') as left,
         t.sync_error_count as errors
       from pg_subscription s join pg_stat_subscription_stats t on t.subid = s.oid where s.subname = $1`,
      [name],
    )
    if (rows[0]?.left === 0) return
    before ??= rows[0]?.errors
    if (rows[0]?.errors !== before) {
      throw new StartError(`${name}: rows could not be copied. PostgreSQL's log says why; then run this again.`)
    }
    await sleep(100)
  }
}

/**
 * Waits until a subscriber has everything that its publisher has committed by now. False if that takes more than a minute, or
 * ten seconds without a connection.
 */
export async function caughtUp(publisher: Client, slot: string): Promise<boolean> {
  const { rows } = await publisher.query<{ position: string }>('select pg_current_wal_insert_lsn() as position')
  const began = Date.now()
  for (let connectedAt = began; ; await sleep(50)) {
    const { rows: found } = await publisher.query<{ reached: boolean; connected: boolean }>(
      `select confirmed_flush_lsn >= $2 as reached, active as connected
       from pg_replication_slots where slot_name = $1`,
      [slot, rows[0]?.position],
    )
    if (found[0]?.reached) return true
    if (found[0]?.connected) connectedAt = Date.now()
    if (Date.now() > Math.min(began + 60_000, connectedAt + 10_000)) return false
  }
}

export interface Lag {
  bytes: string
  connected: boolean
  /** The publisher has removed log that the subscriber needs (max_slot_wal_keep_size). */
  lost: boolean
}

/** How many bytes of the log a subscriber has not confirmed, and whether it is connected; undefined without a slot. */
export async function lagOf(publisher: Client, slot: string): Promise<Lag | undefined> {
  const { rows } = await publisher.query<Lag>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text as bytes, active as connected,
       wal_status = 'lost' as lost
     from pg_replication_slots where slot_name = $1`,
    [slot],
  )
  return rows[0]
}
