import { Client, DatabaseError, type QueryResultRow } from 'pg'
import { settingsOf } from '../../src/database/pools.ts'
import { ownerUrlOf } from './cluster.ts'
import type { SessionSettings } from './session_settings.ts'

/** A request's claims, as app_private.begin_request takes them: `{}` for anonymous. */
export type Claims = Record<string, unknown>

/** A transaction that a test works in; nothing of it stays. */
export interface Db {
  /** Runs a statement in a savepoint of its own, so that one that fails leaves the transaction usable. Gives the rows. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** As query, for a statement that gives exactly one row; throws when it does not. */
  one<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row>
  /** From here on the transaction is a request with these claims, until asOwner() or another as(). */
  as(claims: Claims): Promise<void>
  /** With `work`: a request with these claims for as long as the work takes, then the owner again. */
  as<Result>(claims: Claims, work: () => Promise<Result>): Promise<Result>
  /** From here on the owner again: no request, no claims. */
  asOwner(): Promise<void>
  /** Does the work, gives what it gives, and undoes it, so that the next attempt finds everything as it was. */
  undone<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * Gives `work` a transaction in the shared database, as the owner, and rolls it back afterwards. Statements run one
 * after another, also when they are not awaited one by one. The session has the given settings from its start.
 */
export async function inTransaction<Result>(
  work: (db: Db) => Promise<Result>,
  settings: SessionSettings = {},
): Promise<Result> {
  const client = new Client({ connectionString: ownerUrlOf('shared'), options: settingsOf(settings) })
  await client.connect()
  try {
    await client.query('begin')
    return await work(transaction(client))
  } finally {
    // Nothing was committed, so closing the connection undoes it all, in whatever state the transaction is.
    await client.end()
  }
}

function transaction(client: Client): Db {
  let last: Promise<unknown> = Promise.resolve()

  async function inSavepoint<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    await client.query('savepoint statement')
    try {
      const { rows } = await client.query<Row>(text, values)
      await client.query('release statement')
      return rows
    } catch (error) {
      await client.query('rollback to statement; release statement')
      // pg's error knows the driver's stack only; the test that asked is of more use.
      if (error instanceof Error) Error.captureStackTrace(error, inSavepoint)
      throw error
    }
  }

  const db: Db = {
    query<Row extends QueryResultRow>(text: string, values?: unknown[]) {
      const result = last.then(() => inSavepoint<Row>(text, values))
      last = result.catch(() => undefined)
      return result
    },
    async one<Row extends QueryResultRow>(text: string, values?: unknown[]) {
      const rows = await db.query<Row>(text, values)
      if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}: ${text}`)
      return rows[0] as Row
    },
    async as<Result>(claims: Claims, work?: () => Promise<Result>) {
      await db.asOwner()
      // As the server does: it has this role before it knows who asks.
      await db.query('set local role app_authenticator')
      await db.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
      if (!work) return undefined as Result
      try {
        return await work()
      } finally {
        await db.asOwner()
      }
    },
    async asOwner() {
      await db.query('reset role')
      await db.query('reset all')
    },
    async undone<Result>(work: () => Promise<Result>) {
      await last
      // Not through query(): releasing its own savepoint would release this one, which is younger.
      await client.query('savepoint attempt')
      try {
        return await work()
      } finally {
        await last
        await client.query('rollback to attempt; release attempt')
      }
    },
  }
  return db
}

/**
 * Asserts that a statement is refused, by the name that app_hidden.error_codes registers for its SQLSTATE, and gives
 * the error, for a look at its message and detail. The transaction goes on.
 *
 *     await expectRefusal(db.query('select app_public.book_slot(…)'), 'slot_taken')
 */
export async function expectRefusal(statement: Promise<unknown>, name: string): Promise<DatabaseError> {
  const error = await statement.then(
    (result) => {
      throw new Error(`expected to be refused with ${name}, but it gave ${JSON.stringify(result)}`)
    },
    (error: unknown) => error,
  )
  // Whatever is no answer of PostgreSQL's is shown as it is.
  if (!(error instanceof DatabaseError)) throw error
  const registered = (await errorNames()).get(error.code ?? '')
  if (registered !== name) {
    throw new Error(
      `expected to be refused with ${name}, but got ${registered ?? 'unregistered'} (${error.code}): ${error.message}`,
      {
        cause: error,
      },
    )
  }
  return error
}

let names: Promise<Map<string, string>> | undefined

/** The registry of refusals: name by SQLSTATE. Read on a connection of its own: the role at hand may not see it. */
function errorNames(): Promise<Map<string, string>> {
  names ??= (async () => {
    const client = new Client({ connectionString: ownerUrlOf('shared') })
    await client.connect()
    try {
      const { rows } = await client.query('select sqlstate, name from app_hidden.error_codes')
      return new Map(rows.map((row) => [row.sqlstate, row.name]))
    } finally {
      await client.end()
    }
  })()
  return names
}
