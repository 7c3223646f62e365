import { Client } from 'pg'
import { log } from './log.ts'

const everyMs = 5000

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

  async function connection(): Promise<Client> {
    if (client) return client
    const next = new Client({ connectionString: databaseUrl, application_name: 'medislot worker liveness' })
    next.on('error', (error) => log.warn({ err: error }, 'lost the connection that shows this worker is alive'))
    next.once('end', () => {
      client = undefined
      // Soon, for until then this worker looks dead to the others; not at once, for PostgreSQL may be restarting.
      if (!ended) setTimeout(tick, 500)
    })
    await next.connect()
    // Shared, so that a lost connection that PostgreSQL still takes for alive does not keep us from taking it again.
    await next.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [poolId])
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

  const tick = () => look().catch((error) => log.warn({ err: error }, 'could not look for dead workers'))

  await look()
  const timer = setInterval(tick, everyMs)
  return async () => {
    ended = true
    clearInterval(timer)
    await client?.end()
  }
}
