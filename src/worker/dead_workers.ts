import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { keepaliveSettings, settingsOf } from '../database/pools.ts'
import { log } from '../process/log.ts'

const everyMs = 5000
// Soon, since a worker without its connection looks dead to the others.
const againMs = 1000
const goodbyeMs = 1000

/**
 * Unlocks the jobs of workers that died: graphile-worker itself considers a locked job abandoned after four hours,
 * which is too late for a reminder. A running worker pool holds an advisory lock with its id as the key, which
 * PostgreSQL releases with the connection; a job that is locked by a pool whose advisory lock is free has lost its
 * worker.
 *
 * Takes the owner's address and this process's pool id, holds the lock, and checks every few seconds. Returns a
 * function that ends it.
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
    // The connection may be silent rather than broken, and would then not end by itself.
    void leave(client)
    client = undefined
    lookIn(againMs)
  }

  async function connection(): Promise<Client> {
    if (client) return client
    const next = newClient(databaseUrl)
    next.on('error', lost)
    next.once('end', () => {
      if (client === next) client = undefined
    })
    await next.connect()
    // Shared, so that we can take it again although PostgreSQL has not noticed yet that the old connection is lost.
    await next.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [poolId])
    if (ended) {
      // Otherwise its lock would show an ended worker as alive for as long as this program runs.
      await leave(next)
      throw new Error('the worker ended meanwhile')
    }
    client = next
    return next
  }

  const look = async () => unlockJobsOfDeadWorkers(await connection(), poolId)

  await look()
  lookIn(everyMs)
  return async () => {
    ended = true
    clearTimeout(timer)
    await leave(client)
  }
}

const newClient = (databaseUrl: string) =>
  new Client({
    connectionString: databaseUrl,
    application_name: 'medislot worker liveness',
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    keepAlive: true,
    options: settingsOf(keepaliveSettings),
  })

async function unlockJobsOfDeadWorkers(client: Client, poolId: string): Promise<void> {
  // A pool that has just started may have a job before it has its advisory lock, so recently locked jobs are left
  // alone.
  const { rows } = await client.query<{ ids: string[] }>(
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
  if (rows[0]) log.warn({ workers: rows[0].ids }, 'gave back the jobs of workers that died')
}

/** Closes a connection, without waiting long for a server that does not respond. */
async function leave(client: Client | undefined): Promise<void> {
  await Promise.race([client?.end().catch(() => undefined), sleep(goodbyeMs, undefined, { ref: false })])
}
