import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import type { Claims, Db } from './database.ts'

/** A connection of its own to a cloned database, for tests in which commits and several connections matter. */
export interface Connection extends Pick<Db, 'query' | 'one'> {
  /** pg's client, for what this does not give (notifications). */
  client: Client
  /** Its process in PostgreSQL. */
  pid: number
  /** Runs a request in its own transaction, as the server does: role and claims, work, commit. What fails is rolled back. */
  request<Result>(claims: Claims, work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** Connects to a database (as in ClonedDatabase.url) as its owner. Call close() when done. `config` goes to pg's client. */
export async function connect(url: string, config: ClientConfig = {}): Promise<Connection> {
  const client = new Client({ connectionString: url, ...config })
  // Whoever asks next learns that the connection is lost; as an event that nobody listens to it would end the run.
  client.on('error', () => undefined)
  await client.connect()
  async function query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return (await client.query<Row>(text, values)).rows
  }
  const [backend] = await query<{ pid: number }>('select pg_backend_pid() as pid')
  return {
    client,
    pid: backend?.pid ?? 0,
    query,
    async one<Row extends QueryResultRow>(text: string, values?: unknown[]) {
      const rows = await query<Row>(text, values)
      if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}: ${text}`)
      return rows[0] as Row
    },
    async request<Result>(claims: Claims, work: () => Promise<Result>) {
      await client.query('begin; set local role app_authenticator')
      try {
        await client.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
        const result = await work()
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback')
        throw error
      }
    },
    close: () => client.end(),
  }
}

/**
 * Waits until what was started on a connection has come to where another one stands in its way. Throws when `started` is over
 * before that: its own error, if it has one.
 */
export async function untilWaiting(
  observer: Pick<Db, 'one'>,
  waiting: Connection,
  started: Promise<unknown>,
): Promise<void> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  started.then(over, over)
  for (;;) {
    const { waits } = await observer.one<{ waits: boolean }>('select cardinality(pg_blocking_pids($1)) > 0 as waits', [
      waiting.pid,
    ])
    if (waits) return
    if (isOver) {
      await started
      throw new Error('it was to wait, but it is done')
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
