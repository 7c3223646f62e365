import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { escapeLiteral, type PoolClient } from 'pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { cancelStatements } from '../database/cancel.ts'
import { keepsSession, settingsOfTransaction } from '../database/pools.ts'
import { type Deadline, GivenUp } from '../deadline.ts'
import type { Claims } from './tokens.ts'

/** What a transaction of a request is begun with. */
export interface TransactionSettings {
  claims: Claims
  /** It cannot write, whatever a function would try. */
  readOnly: boolean
  /** When it is given up: its statement is cancelled, and no other begins. */
  deadline?: Deadline
}

type Work<T> = (client: NodePostgresPgClient) => T | Promise<T>

/** Runs work in a transaction of a request and commits it; rolls back and throws when the work throws. */
export async function inTransaction<T>(
  client: NodePostgresPgClient,
  settings: TransactionSettings,
  work: Work<T>,
): Promise<T> {
  const begun = begin(client.rawClient, settings)
  const stopCancelling = cancelWhenGivenUp(client.rawClient, settings)
  let result: T
  try {
    result = await work(requestClient(client, begun, settings))
    // What is being committed is not cancelled.
    await stopCancelling()
  } catch (error) {
    const cause = await firstError(begun, error)
    await stopCancelling()
    await client.rawClient.query('rollback').catch(() => {})
    throw cause
  }
  const { command } = await client.rawClient.query('commit').catch((error) => {
    throw ofCommit(error)
  })
  // COMMIT of an aborted transaction succeeds, as ROLLBACK: somebody swallowed an error on the way.
  if (command !== 'COMMIT') throw await firstError(begun, new Error('the transaction of a request was rolled back'))
  return result
}

/**
 * Why a commit failed. PostgreSQL that finds no room for its log says so (class 53) and dies; what it had written of the log by
 * then, maybe with this commit, is there again after its recovery. So that says nothing: as if the connection was lost.
 */
const ofCommit = (error: Error & { code?: string }): Error =>
  error.code?.startsWith('53')
    ? Object.assign(new Error('what came of a commit is not known', { cause: error }), { code: '08006' })
    : error

/**
 * Begins a transaction: BEGIN and app_private.begin_request in one message, which leaves together with the first
 * statement, since the pool pipelines. A refused begin_request leaves the transaction aborted, so that nothing after it
 * can run; that refusal is what firstError() then finds. Throws GivenUp when the request has been given up by now.
 */
export function begin(rawClient: PoolClient, { claims, readOnly, deadline }: TransactionSettings): Promise<unknown> {
  deadline?.check()
  // The statements of one query see one state of the database. Only reading, they cannot collide with anybody.
  const mode = readOnly ? ' isolation level repeatable read read only' : ''
  const who = escapeLiteral(JSON.stringify(claims))
  // Held back until the first statement is written: one packet instead of two, an eighth of what a booking costs here.
  const { stream } = (rawClient as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  setImmediate(() => stream.uncork())
  const settings = settingsOfTransaction(rawClient)
  const begun = rawClient.query(`begin${mode}; ${settings}select app_private.begin_request(${who}::jsonb)`)
  // Looked at when a later statement fails, as it then must; until then it is not an unhandled rejection.
  begun.catch(() => {})
  return begun
}

/**
 * Cancels the statements of a transaction from the moment its request is given up. The function that is given ends that
 * and waits for cancel requests on their way, which would otherwise meet whatever the connection runs next.
 */
export function cancelWhenGivenUp(
  rawClient: PoolClient,
  { deadline, readOnly }: TransactionSettings,
): () => Promise<void> {
  if (!deadline) return async () => {}
  let stop: (() => Promise<void>) | undefined
  const unwatch = deadline.watch(() => {
    if (deadline.ends(readOnly ? 'reading' : 'changing')) stop ??= cancelStatements(rawClient)
  })
  return async () => {
    unwatch()
    await stop?.()
  }
}

/** Why a statement failed: what began its transaction comes first, since after that statements only say "aborted". */
export const firstError = (begun: Promise<unknown>, error: unknown): Promise<unknown> =>
  begun.then(
    () => error,
    (refused) => refused,
  )

/**
 * The client as PostGraphile uses it inside our transaction, which `begun` began: statements prepared if the session
 * lasts, transactions as savepoints. Its statements fail with the reason why the transaction did not begin, or with
 * GivenUp.
 */
export function requestClient(
  client: NodePostgresPgClient,
  begun: Promise<unknown>,
  { deadline, readOnly }: TransactionSettings,
): NodePostgresPgClient {
  const { rawClient } = client
  const check = () => {
    if (deadline?.ends(readOnly ? 'reading' : 'changing')) throw new GivenUp()
  }
  const inner: NodePostgresPgClient = {
    rawClient,
    // PostGraphile names its queries, not its mutations, which the database would have to plan anew each time.
    async query({ name, ...options }) {
      check()
      try {
        if (!keepsSession(rawClient)) return await client.query(options)
        return await client.query({ ...options, name: name ?? statementName(options.text) })
      } catch (error) {
        throw await firstError(begun, error)
      }
    },
    async withTransaction(work) {
      check()
      await rawClient.query('savepoint request').catch(async (error) => {
        throw await firstError(begun, error)
      })
      try {
        const result = await work(inner)
        await rawClient.query('release savepoint request')
        return result
      } catch (error) {
        await rawClient.query('rollback to savepoint request')
        throw error
      }
    },
  }
  return inner
}

/** One name for one text. PostGraphile's client drops the names a connection has not used for long. */
const statementName = (text: string) => createHash('sha1').update(text).digest('base64url')
