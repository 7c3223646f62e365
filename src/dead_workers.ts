import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { settingsOf, whenWeAreGone } from './database/pools.ts'
import { log } from './log.ts'

const everyMs = 5000
// Without its connection a worker looks dead to the others.
const againMs = 1000
const goodbyeMs = 1000

/**
 * Gives back the jobs of workers that died: graphile-worker itself waits four hours before it takes a locked job for
 * abandoned, and a reminder cannot. A worker pool that is alive holds an advisory lock named after its id, which
 * PostgreSQL drops with its connection; a job locked by a pool whose lock is free has lost its worker.
 *
 * Takes the owner's address and this process's pool id, keeps the lock and looks every few seconds. Gives a function that
 * ends it.
 */
export async function watchForDeadWorkers(databaseUrl: string, poolId: string): Promise<() => Promise<void>> {
  let client: Client | undefined
  let ended = false
  let timer: NodeJS.Timeout | undefined

  function lookIn(ms: number): void {
    clearTimeout(timer)
    if (!ended) timer = setTimeout(() => look().then(() => lookIn(everyMs), lost), ms)
  }

  function lost(error: Error): void {
    if (ended) return
    log.warn({ err: error }, 'lost the connection that shows this worker is alive')
    // It may be silent rather than broken: then it would not end by itself.
    void leave(client)
    client = undefined
    lookIn(againMs)
  }

  async function connection(): Promise<Client> {
    if (client) return client
    const next = new Client({
      connectionString: databaseUrl,
      application_name: 'medislot worker liveness',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
      options: settingsOf(whenWeAreGone),
    })
    next.on('error', lost)
    next.once('end', () => {
      if (client === next) client = undefined
    })
    await next.connect()
    // Shared, so that a lost connection that PostgreSQL still takes for alive does not keep us from taking it again.
    await next.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [poolId])
    if (ended) {
      // Its lock would show a worker as alive that is not, for as long as this program runs.
      await leave(next)
      throw new Error('the worker ended meanwhile')
    }
    client = next
    return next
  }

  async function look(): Promise<void> {
    // A pool that has just started may have a job before it has its lock: young locks are left alone.
    const { rows } = await (await connection()).query(
      `with holders as materialized (
         select distinct locked_by from graphile_worker.jobs
          where locked_at < now() - interval '5 seconds' and locked_by <> $1
       ), dead as materialized (
         select locked_by from holders where pg_try_advisory_xact_lock(hashtextextended(locked_by, 0))
       )
       select array_agg(locked_by) as ids, graphile_worker.force_unlock_workers(array_agg(locked_by))
         from dead having count(*) > 0`,
      [poolId],
    )
    if (rows.length > 0) log.warn({ workers: rows[0].ids }, 'gave back the jobs of workers that died')
  }

  await look()
  lookIn(everyMs)
  return async () => {
    ended = true
    clearTimeout(timer)
    await leave(client)
  }
}

/** A goodbye that nobody hears is not waited for. */
async function leave(client: Client | undefined): Promise<void> {
  await Promise.race([client?.end().catch(() => undefined), sleep(goodbyeMs, undefined, { ref: false })])
}
