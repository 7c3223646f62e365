import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from './connection.ts'
import type { Db } from './database.ts'
import { type Program, startServer } from './program.ts'
import { type Installation, startInstallation } from './shards.ts'
import { tokenSettings } from './tokens.ts'

/** An HTTP server on a global database with shards, and the owner of all of them. */
export interface ShardedServer extends Installation {
  url: string
  program: Program
  /**
   * Runs statements that make or read rows of tests, as if there were one database: each in the database of its rows.
   * Clinics are made in each shard in turn. When a statement about people returns, the shards have the copies.
   */
  owner: Pick<Db, 'one' | 'query'>
  stop(): Promise<void>
}

/** Starts one, each database on a PostgreSQL of its own. Call stop() when done. */
export async function shardedServer(shardCount: number): Promise<ShardedServer> {
  await using started = new AsyncDisposableStack()
  const installation = started.adopt(await startInstallation(shardCount), (it) => it.remove())
  const [{ serverUrl, superuserUrl }] = installation.servers as [Installation['servers'][number]]
  const superuser = started.adopt(await connect(superuserUrl()), (it) => it.close())
  const settings = { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn' }
  const program = started.adopt(await startServer(serverUrl(), settings), async (it) => {
    const code = await it.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${it.stderr()}`)
  })

  /** Waits until all shards have applied what the global database has committed. */
  async function peopleAreCopied(): Promise<void> {
    const { position } = await superuser.one('select pg_current_wal_insert_lsn() as position')
    const applied = `select count(*)::int as shards from pg_stat_replication
      where application_name ~ '^medislot_people_' and replay_lsn >= $1`
    for (const end = Date.now() + 60_000; ; await sleep(2)) {
      if ((await superuser.one(applied, [position])).shards === shardCount) return
      if (Date.now() > end) throw new Error('the copies of people do not arrive in the shards')
    }
  }

  const owner = await ownerOf(installation, peopleAreCopied)
  const running = started.move()
  return { ...installation, url: program.url, program, owner, stop: () => running.disposeAsync() }
}

/** The first table that a statement writes or reads. */
const table = /\b(insert into|update|delete from|alter table|from|join)\s+((?:app_\w+|billing)\.\w+)/

async function ownerOf(
  { global, databases }: Installation,
  peopleAreCopied: () => Promise<void>,
): Promise<ShardedServer['owner']> {
  const rows = await global.query<{ name: string; home: string }>(
    'select table_name as name, home from app_private.table_homes',
  )
  const homes = new Map(rows.map(({ name, home }) => [name, home]))
  let clinics = 0

  /** Where a statement runs: by the home of its table, and by the ids in its values, which say their shard. */
  function databasesOf(text: string, values: unknown[]) {
    const [, what, name = ''] = table.exec(text) ?? []
    if (homes.get(name) === 'global') return [global]
    if (what === 'insert into' && name === 'app_public.clinics') return [databases[clinics++ % databases.length]]
    // Also within texts, as in the session of a checkout.
    const ids = JSON.stringify(values).match(/(?<!\d)[1-9]\d{12}(?!\d)/g) ?? []
    const numbers = ids.map((id) => Math.floor(Number(id) / 1e12))
    if (numbers.length > 0) return [...new Set(numbers)].map((number) => databases[number - 1])
    return name ? databases : [global]
  }

  const query: Db['query'] = async (text, values = []) => {
    const found = []
    const chosen = databasesOf(text, values)
    for (const database of chosen) found.push(...((await database?.query(text, values)) ?? []))
    if (chosen.includes(global)) await peopleAreCopied()
    return found as never
  }
  return {
    query,
    async one(text, values) {
      const found = await query(text, values)
      if (found.length !== 1) throw new Error(`expected one row, got ${found.length}: ${text}`)
      return found[0] as never
    },
  }
}
