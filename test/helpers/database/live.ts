import { databasesOf } from '../shards/sharded_owner.ts'
import { eventually } from '../time/eventually.ts'
import type { Connection } from './connection.ts'

type Owner = Pick<Connection, 'one' | 'query'>

/** The listening connections of this database: PostgreSQL shows those of all databases, including other tests'. */
export async function listeners(owner: Owner): Promise<{ pid: number; query: string; state: string }[]> {
  const found = []
  for (const database of databasesOf(owner))
    found.push(
      ...(await database.query<{ pid: number; query: string; state: string }>(
        `select pid, query, state from pg_stat_activity where datname = current_database() and query like 'LISTEN%'`,
      )),
    )
  return found
}

/** Ends the connections that listen. */
export async function breakListening(owner: Owner): Promise<void> {
  const pids = (await listeners(owner)).map(({ pid }) => pid)
  for (const database of databasesOf(owner))
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid = any ($1)',
      [pids],
    )
}

/** Waits until the server listens for the changes of a clinic. Changes before that are not published to it. */
export async function listening(owner: Owner, clinicId: string): Promise<void> {
  const statement = `LISTEN "medislot:clinic:${clinicId}"`
  await eventually(
    async () => (await listeners(owner)).some(({ query, state }) => query === statement && state === 'idle'),
    'a server that listens',
  )
}

/**
 * Runs the job publish_events until all events are published. An open transaction in any database of the server delays
 * them.
 */
export async function publishAll(owner: Owner): Promise<void> {
  for (const database of databasesOf(owner)) await publishIn(database)
}

const publishIn = (owner: Owner) =>
  eventually(async () => {
    await owner.query('select app_private.publish_events()')
    const { behind } = await owner.one<{ behind: number }>(
      `select count(*)::int as behind from app_public.events e, app_private.event_publication p
       where (e.transaction_id, e.id) > (p.transaction_id, p.event_id)`,
    )
    return behind === 0
  }, 'all events to be published')
