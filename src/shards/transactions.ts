import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'

/** Does some work in a transaction, which is rolled back if the work fails. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    // A lost connection has ended it, too.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/**
 * Waits until the transactions that are running in a database have ended; later ones see what was committed before.
 * Returns the process ids of those that still run after `ms`.
 */
export async function olderTransactionsEnded(client: Client, ms: number): Promise<number[]> {
  // Connections of replication have no state here. They write no rows of clinics.
  const running = `select l.virtualtransaction as id, l.pid from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'virtualxid' and l.granted and a.datname = current_database() and l.pid <> pg_backend_pid()
      and a.usename <> 'medislot_replication' and a.backend_type is distinct from 'autovacuum worker'`
  let { rows } = await client.query<{ id: string; pid: number }>(running)
  for (const deadline = Date.now() + ms; rows.length > 0 && Date.now() < deadline; await sleep(20)) {
    const ids = rows.map(({ id }) => id)
    rows = (await client.query(`select * from (${running}) r where id = any ($1)`, [ids])).rows
  }
  return rows.map(({ pid }) => pid)
}
