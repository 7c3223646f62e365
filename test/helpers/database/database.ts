import { Client, DatabaseError, type QueryResultRow } from 'pg'
import { settingsOf } from '../../../src/database/pools.ts'
import { ownerUrlOf } from './cluster.ts'
import type { SessionSettings } from './session_settings.ts'

/** A request's claims, as app_private.begin_request takes them: `{}` for anonymous. */
export type Claims = Record<string, unknown>

/** The transaction of a test, which is rolled back at the end. */
export interface Db {
  /** Runs a statement in a savepoint, so that the transaction stays usable if it fails. Returns the rows. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** Like query, for a statement that returns exactly one row; throws otherwise. */
  one<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row>
  /** Makes the transaction a request with these claims, until asOwner() or another as(). */
  as(claims: Claims): Promise<void>
  /** With `work`: a request with these claims during the work, then the owner again. */
  as<Result>(claims: Claims, work: () => Promise<Result>): Promise<Result>
  /** Makes the transaction the owner's again, without a request and claims. */
  asOwner(): Promise<void>
  /** Does the work, undoes its changes, and returns its result. */
  undone<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Connections to the shared database between two transactions, by the settings of their session. */
const idle = new Map<string, Client[]>()
if (typeof afterAll === 'function') {
  afterAll(async () => {
    for (const client of [...idle.values()].flat()) await client.end()
    idle.clear()
  })
}

/**
 * Gives `work` a transaction in the shared database, or in the one at `url`, as the owner, and rolls it back
 * afterwards. Statements run one after another, also when they are not awaited one by one. The session has the given
 * settings from its start. The transactions of a file in the shared database use the same connection, since a new one
 * has to compile all of medislot's functions again. Work that locks whole tables (truncate, alter table) needs a
 * database of its own: others would wait for it, or it for them.
 */
export async function inTransaction<Result>(
  work: (db: Db) => Promise<Result>,
  settings: SessionSettings = {},
  url?: string,
): Promise<Result> {
  const options = settingsOf(settings)
  const client =
    (url === undefined && idle.get(options)?.pop()) || (await connected(url ?? ownerUrlOf('shared'), options))
  let isReusable = false
  try {
    await client.query('begin')
    const result = await work(transaction(client))
    // After a failure, statements that the test did not await may still be under way.
    isReusable = url === undefined && (await undo(client))
    return result
  } finally {
    if (isReusable) idle.set(options, [...(idle.get(options) ?? []), client])
    // Nothing was committed, so closing the connection rolls everything back, in any state of the transaction.
    else await client.end()
  }
}

async function connected(connectionString: string, options: string): Promise<Client> {
  const client = new Client({ connectionString, options })
  await client.connect()
  return client
}

/** Undoes everything that a transaction has done and set. Returns false if it cannot: the connection may be lost. */
const undo = (client: Client): Promise<boolean> =>
  client.query('rollback; reset all; deallocate all; select pg_advisory_unlock_all()').then(
    () => true,
    () => false,
  )

const resetAll = 'reset role; reset all'

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
      // The error of pg has only the stack of the driver; the stack of the test is more useful.
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
      // The server also has this role before a request is authenticated. One round trip, since tests do this very often.
      await db.query(`${resetAll}; set local role app_authenticator`)
      await db.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
      if (!work) return undefined as Result
      try {
        return await work()
      } finally {
        await db.asOwner()
      }
    },
    async asOwner() {
      await db.query(resetAll)
    },
    async undone<Result>(work: () => Promise<Result>) {
      await last
      // Not by query(): releasing the savepoint of query() would also release this one, which is newer.
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
 * the error, so that its message and detail can be checked. The transaction stays usable.
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
  // An error that is not from PostgreSQL is shown unchanged.
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

/**
 * The registry of refusals: name by SQLSTATE. Read on a separate connection, because the current role may not see it.
 */
export function errorNames(): Promise<Map<string, string>> {
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
