import { setTimeout as sleep } from 'node:timers/promises'
import { ownerUrlOf, shardCount, superuserUrlOf } from '../database/cluster.ts'
import { type Connection, connect } from '../database/connection.ts'
import type { Claims, Db } from '../database/database.ts'

/** Connections of the owners of a global database and its shards. */
export interface Databases {
  global: Connection
  /** Shard 1 first. */
  databases: Connection[]
}

/**
 * Runs statements that make or read rows of tests, as if there were one database: each in the database of its rows. Clinics
 * are made in each shard in turn. When a statement returns, the other databases have their copies of what it has written.
 */
export interface ShardedOwner extends Pick<Connection, 'query' | 'one' | 'request' | 'close'>, Databases {
  /** Waits until all databases have their copies. */
  copied(): Promise<void>
}

/** The databases with rows of clinics: the shards behind such an owner, or the one database of any other. */
export const databasesOf = <Owner extends object>(owner: Owner): (Owner | Connection)[] =>
  'databases' in owner ? (owner as unknown as Databases).databases : [owner]

/** The database with a row of a clinic, by its id: a shard behind such an owner, or the one database of any other. */
export const databaseOf = <Owner extends object>(owner: Owner, id: string): Owner | Connection =>
  'databases' in owner ? ((owner as unknown as Databases).databases[Math.floor(Number(id) / 1e12) - 1] ?? owner) : owner

/** The database that has people, and copies of clinics: the global one behind such an owner, or the one database of any other. */
export const globalOf = <Owner extends object>(owner: Owner): Owner | Connection =>
  'databases' in owner ? (owner as unknown as Databases).global : owner

/** All databases behind an owner, with their copies. */
export async function allDatabasesOf<Owner extends object>(owner: Owner): Promise<(Owner | Connection)[]> {
  if (!('databases' in owner)) return [owner]
  const { global, databases, copied } = owner as unknown as ShardedOwner
  await copied()
  return [global, ...databases]
}

/** In a run with shards (jest.sharded.config.js), the names of its databases. */
export const databasesOfRun = ['global', ...Array.from({ length: shardCount }, (_, index) => `shard${index + 1}`)]

/** The owner of the databases of such a run. */
export async function ownerOfRun(): Promise<ShardedOwner> {
  const [global, ...databases] = await Promise.all(databasesOfRun.map((name) => connect(ownerUrlOf(name))))
  return shardedOwner({ global: global as Connection, databases }, databasesOfRun.map(superuserUrlOf))
}

/** The first table or function that a statement names. */
const named =
  /\b(?:(insert into|update|delete from|alter table|lock table|from|join)\s+)?((?:app_\w+|billing\w*)\.\w+)(\(?)/

const writing = /\b(insert into|update|delete from)\b/

/** Ids of rows of a shard, which begin with its number. Also inside texts, such as the session of a checkout, except hexadecimal ones. */
const idInShard = /(?<![\da-f])([1-9])\d{12}(?![\da-f])/g

/** The clinic in the token of a link, in hexadecimal. */
const clinicInLink = /\.[mjocf]([1-9a-f][0-9a-f]{0,14})-/g

/** The numbers of the shards whose ids are in a text. */
const shardsIn = (text: string): number[] => [
  ...new Set([
    ...[...text.matchAll(idInShard)].map(([, number]) => Number(number)),
    ...[...text.matchAll(clinicInLink)].map(([, id = '']) => Math.floor(Number.parseInt(id, 16) / 1e12)),
  ]),
]

interface Home {
  home: string
  isCopied: boolean
}

/** Waits until so many subscribers have applied what a database has committed. */
async function untilApplied(superuser: Connection, subscribers: number): Promise<void> {
  const { position } = await superuser.one(
    `select case current_setting('synchronous_commit') when 'on' then pg_current_wal_flush_lsn()
            else pg_current_wal_insert_lsn() end as position`,
  )
  const applied = `select count(*)::int as subscribers from pg_stat_replication
    where application_name ~ '^medislot_(people|clinics)_' and replay_lsn >= $1`
  for (const end = Date.now() + 60_000; ; await sleep(2)) {
    if ((await superuser.one(applied, [position])).subscribers === subscribers) return
    if (Date.now() > end) throw new Error('the copies do not arrive')
  }
}

/** Routes statements. `superuserUrls` are of the same databases, the global one first, to see what has been copied. */
export async function shardedOwner({ global, databases }: Databases, superuserUrls: string[]): Promise<ShardedOwner> {
  const superusers = await Promise.all(superuserUrls.map((url) => connect(url)))
  const rows = await global.query<{ name: string } & Home>(
    `select table_name as name, home, copied_columns is not null as "isCopied" from app_private.table_homes`,
  )
  const homes = new Map(rows.map(({ name, ...home }) => [name, home]))
  // Checkouts belong to no clinic. Their rows are in the databases of the clinics that they pay.
  homes.set('billing.checkouts', { home: 'clinic', isCopied: false })
  let clinics = 0
  let request: { claims: Claims; database?: Connection | undefined } | undefined

  /** The databases in which a statement runs, by the home of its table and by the shards of the ids in it. */
  function databasesFor(text: string, values: unknown[]): Connection[] {
    const [, what, name = ''] = named.exec(text) ?? []
    const home = homes.get(name)?.home
    if (home === 'global') return [global]
    if (what === 'insert into' && name === 'app_public.clinics')
      return [databases[clinics++ % databases.length] as Connection]
    const chosen = shardsIn(text + JSON.stringify(values)).flatMap((number) => databases[number - 1] ?? [])
    if (chosen.length > 0) return chosen
    if (home === 'everywhere') return everywhere(text)
    return what || home ? databases : [global]
  }
  const everywhere = (text: string) => (writing.test(text) ? [global, ...databases] : [global])

  /** Waits until the databases that subscribe to others have applied what those have committed. */
  async function untilCopied(changed: Connection[]): Promise<void> {
    for (const [number, superuser] of superusers.entries())
      if (changed.includes([global, ...databases][number] as Connection))
        await untilApplied(superuser, number === 0 ? databases.length : 1)
  }

  async function begin(database: Connection, claims: Claims): Promise<Connection> {
    await database.query('begin; set local role app_authenticator')
    await database.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
    return database
  }

  const query: Db['query'] = async (text, values = []) => {
    const chosen = databasesFor(text, values)
    if (request) {
      request.database ??= await begin(chosen[0] as Connection, request.claims)
      return request.database.query(text, values)
    }
    const found = []
    // Several statements in one text return no rows.
    for (const database of chosen) found.push(...((await database.query(text, values)) ?? []))
    const [, , name = '', isCall] = named.exec(text) ?? []
    const writes = writing.test(text) && homes.get(name)?.isCopied !== false
    if (writes || isCall) await untilCopied(chosen)
    // The global database notes who works at any clinic, and shards get copies of that.
    if (writes && name === 'app_public.employees') {
      // A subscriber flushes the log of the changes that it has applied only later, unless something else is committed
      // there.
      await global.query(`select pg_logical_emit_message(true, 'tests', '')`)
      await untilCopied([global])
    }
    return found as never
  }

  return {
    global,
    databases,
    query,
    async one(text, values) {
      const found = await query(text, values)
      if (found.length !== 1) throw new Error(`expected one row, got ${found.length}: ${text}`)
      return found[0] as never
    },
    copied: () => untilCopied([global, ...databases]),
    /** All of the work is in the database of its first statement. */
    async request(claims, work) {
      const own: NonNullable<typeof request> = { claims }
      request = own
      try {
        const result = await work()
        await own.database?.query('commit')
        return result
      } catch (error) {
        await own.database?.query('rollback')
        throw error
      } finally {
        request = undefined
        if (own.database) await untilCopied([own.database])
      }
    },
    async close() {
      for (const each of [...superusers, global, ...databases]) await each.close()
    },
  }
}
