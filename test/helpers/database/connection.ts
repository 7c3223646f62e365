import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import type { Claims, Db } from './database.ts'

/** A separate connection to a cloned database, for tests in which commits and several connections matter. */
export interface Connection extends Pick<Db, 'query' | 'one'> {
  /** The client of pg, for features that this type does not offer (notifications). */
  client: Client
  /** The process id of its backend. */
  pid: number
  /**
   * Runs a request in its own transaction, as the server does: role and claims, work, commit. An error rolls it back.
   */
  request<Result>(claims: Claims, work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** Connects to a database (as in ClonedDatabase.url) as its owner. Call close() when done. `config` goes to pg's client. */
export async function connect(url: string, config: ClientConfig = {}): Promise<Connection> {
  const client = new Client({ connectionString: url, ...config })
  // The next query reports that the connection is lost. An error event without a listener would end the run.
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
 * Waits until a statement that was started on a connection waits for a lock of another one, or of `blocker`. Throws if
 * `started` is settled before that, with its error if it failed.
 */
export async function untilWaiting(
  observer: Pick<Db, 'one'>,
  waiting: Connection,
  started: Promise<unknown>,
  blocker?: Connection,
): Promise<void> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  started.then(over, over)
  for (;;) {
    const { blockers } = await observer.one<{ blockers: number[] }>('select pg_blocking_pids($1) as blockers', [
      waiting.pid,
    ])
    if (blocker ? blockers.includes(blocker.pid) : blockers.length > 0) return
    if (isOver) {
      await started
      throw new Error('it was to wait, but it is done')
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Commits the first work on its connection once the second, started before that on another one, waits for it. */
export async function commitMeanwhile(
  [one, first]: [Connection, () => Promise<unknown>],
  [two, second]: [Connection, () => Promise<unknown>],
): Promise<void> {
  await one.query('begin')
  await first()
  const started = second()
  await untilWaiting(one, two, started)
  await one.query('commit')
  await started
}
