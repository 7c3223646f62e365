import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { escapeLiteral, type PoolClient, type QueryResult } from 'pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { cancelStatements } from '../database/cancel.ts'
import { isRefusal } from '../database/error_codes.ts'
import { keepsSession, settingsOfTransaction } from '../database/pools.ts'
import { selectPosition } from '../database/replicas.ts'
import { currentTraceparent, inSpan, SpanKind } from '../process/tracing.ts'
import { AbortedError, type Deadline } from './deadline.ts'
import type { ShardUse } from './shards/shard_use.ts'
import type { Claims, Recorded } from './tokens.ts'

/** How to begin the transaction of a request. */
export interface TransactionSettings {
  claims: Claims
  /** The transaction cannot write, whatever functions it calls. */
  readOnly: boolean
  /** When to abort: the current statement is cancelled, and no other begins. */
  deadline?: Deadline
  /** The caller as the primary knows them, when this is a replica: see replica_reads.ts. */
  person?: string | undefined
  /**
   * Called at the end of a change, even if it was rolled back, with a position that contains everything that it has
   * seen.
   */
  reportPosition?: ((position: number) => void) | undefined
  /** The shard that the connection leads to, if it is one. */
  shard?: ShardUse | undefined
  /** What shards have recorded for a change in the global database. */
  sharing?: { readonly recorded: Recorded | undefined } | undefined
  /** Gathers parts of an answer from the shards, for a read in the global database. */
  gathering?: Gathers | undefined
  /**
   * The work is a single statement if it is one of PostGraphile's: COMMIT is sent with it, which saves a round trip.
   */
  commitsAtOnce?: boolean
}

/** Gathers the parts of an answer that the database asks of shards: shards/gathering.ts. */
export interface Gathers {
  /** Listens for the requests that the database sends as notices on a connection. Returns a function that ends this. */
  listen(client: PoolClient): () => void
  /** Passes what was gathered to a transaction that has begun. */
  passTo(client: PoolClient): void
  /** Gathers the parts that were requested since the last call. False if none were, or none that are new. */
  gather(): Promise<boolean>
}

type Work<T> = (client: NodePostgresPgClient) => T | Promise<T>

/** A statement that fails when this database knows other rights of a caller than the primary does. */
const requirePerson = (who: string, person: string) =>
  `select 1 / (app_private.person_of(${who}::jsonb)::text = ${escapeLiteral(person)})::int; `

/**
 * Runs work in a transaction of a request and commits it; rolls back and throws when the work throws.
 */
export const inTransaction = <T>(
  client: NodePostgresPgClient,
  settings: TransactionSettings,
  work: Work<T>,
): Promise<T> =>
  inSpan('transaction', { kind: SpanKind.CLIENT, attributes: attributesOf(settings) }, () =>
    run(client, settings, work),
  )

const onPrimary = { 'db.system.name': 'postgresql', 'medislot.database': 'primary' }
const attributesOf = ({ shard }: TransactionSettings) =>
  shard ? { ...onPrimary, 'medislot.shard': shard.shard.number } : onPrimary

async function run<T>(client: NodePostgresPgClient, settings: TransactionSettings, work: Work<T>): Promise<T> {
  const { rawClient } = client
  const begun = begin(rawClient, settings)
  const stopCancelling = cancelOnAbort(rawClient, settings)
  let commit: Promise<string> | undefined
  const sendCommit = () => {
    commit = end(rawClient, 'commit', settings)
    // Awaited below; without this it would be an unhandled rejection while the statement's error is on its way.
    commit.catch(() => {})
  }
  let result: T
  let wasCancelled: boolean
  try {
    result = await work(requestClient(client, begun, settings, settings.commitsAtOnce ? sendCommit : undefined))
    // A commit is not cancelled.
    wasCancelled = await stopCancelling()
  } catch (error) {
    const cause = await firstError(begun, error)
    await stopCancelling()
    // COMMIT after a failed statement is a rollback.
    await (commit ?? end(rawClient, 'rollback', settings)).catch(() => {})
    throw cause
  }
  settings.shard?.noteCommit()
  const early = commit !== undefined
  const command = await (commit ?? end(rawClient, 'commit', settings)).catch((error) => {
    throw ofCommit(error)
  })
  // COMMIT of an aborted transaction succeeds and reports ROLLBACK: some code has swallowed an error.
  if (command !== 'COMMIT') throw await firstError(begun, new Error('the transaction of a request was rolled back'))
  // A cancel request that meets a commit ends only its wait for a synchronous standby.
  if (early && wasCancelled && !settings.readOnly) throw unknownOutcome()
  return result
}

/**
 * Ends a transaction and reports the position in the same message. Returns the command that PostgreSQL has executed.
 */
async function end(
  rawClient: PoolClient,
  how: 'commit' | 'rollback',
  { reportPosition }: TransactionSettings,
): Promise<string> {
  if (!reportPosition) return (await rawClient.query(how)).command
  // The driver's types do not allow for several statements, which have several results.
  const results = (await rawClient.query(`${how}; ${selectPosition}`)) as unknown as [
    QueryResult,
    QueryResult<{ position: string }>,
  ]
  const [{ command }, { rows }] = results
  reportPosition(Number(rows[0]?.position))
  return command
}

/**
 * The error of a failed commit. When PostgreSQL has no disk space for its log, it reports that (class 53) and stops;
 * the log that it had written until then is replayed at the recovery, and may contain this commit. So the outcome is
 * unknown, as after a lost connection.
 */
const ofCommit = (error: Error & { code?: string }): Error =>
  error.code?.startsWith('53') ? unknownOutcome(error) : error

const unknownOutcome = (cause?: Error) =>
  Object.assign(new Error('what came of a commit is not known', { cause }), { code: '08006' })

/**
 * Begins a transaction: BEGIN and app_private.begin_request in one message, sent together with the first statement,
 * since the pool pipelines. When begin_request refuses, the transaction is aborted, no later statement can run, and
 * firstError() gives that refusal. Throws AbortedError when the request has already been aborted.
 */
export function begin(
  rawClient: PoolClient,
  { claims, readOnly, deadline, person, shard, sharing }: TransactionSettings,
): Promise<unknown> {
  deadline?.check()
  // All statements of a query see the same state of the database. Reading only, they cannot fail to serialize.
  const mode = readOnly ? ' isolation level repeatable read read only' : ''
  const recorded = shard?.recorded ?? sharing?.recorded
  const who = escapeLiteral(JSON.stringify(claims))
  // Buffered until the first statement is written: one packet instead of two, which saves an eighth of a booking's
  // time.
  const { stream } = (rawClient as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  setImmediate(() => stream.uncork())
  const settings = settingsOfTransaction(rawClient)
  const check = person === undefined ? '' : requirePerson(who, person)
  // A change stores it with the messages that it causes: sql/notification/tracing/note_trace.sql.
  const traceparent = readOnly ? undefined : currentTraceparent()
  const traced = traceparent ? `set local medislot.traceparent = '${traceparent}'; ` : ''
  const begun = rawClient.query(
    `begin${mode}; ${settings}${traced}${check}select app_private.begin_request(${who}::jsonb)`,
  )
  // Awaited when a later statement fails, as it then must; without this it would be an unhandled rejection.
  begun.catch(() => {})
  shard?.noteBegin(begun)
  // A parameter, which PostgreSQL's log of errors leaves out: it may contain tokens. It fails as later statements do.
  if (recorded) passSetting(rawClient, 'medislot.recorded', recorded)
  return begun
}

/** Makes a setting of the transaction that has begun. If it has not, the statement that follows fails and says why. */
export function passSetting(rawClient: PoolClient, name: string, value: object): void {
  rawClient.query('select set_config($1, $2, true)', [name, JSON.stringify(value)]).catch(() => {})
}

/**
 * Cancels the statements of a transaction once its request is aborted. Returns a function that ends this and waits for
 * cancel requests that are on their way, which could otherwise cancel what the connection runs next. It says whether
 * there were any.
 */
export function cancelOnAbort(
  rawClient: PoolClient,
  { deadline, readOnly }: TransactionSettings,
): () => Promise<boolean> {
  if (!deadline) return async () => false
  let stop: (() => Promise<void>) | undefined
  const unwatch = deadline.watch(() => {
    if (deadline.ends(readOnly ? 'reading' : 'changing')) stop ??= cancelStatements(rawClient)
  })
  return async () => {
    unwatch()
    await stop?.()
    return stop !== undefined
  }
}

/**
 * Why a statement failed: the error of begin(), if there is one, since later statements only report an aborted
 * transaction.
 */
export const firstError = (begun: Promise<unknown>, error: unknown): Promise<unknown> =>
  begun.then(
    () => error,
    (refused) => refused,
  )

/**
 * The client that PostGraphile uses inside our transaction, which `begun` began. Its statements are prepared, unless a
 * pooler may change the session, and its transactions are savepoints. They fail with the reason why the transaction did
 * not begin, or with AbortedError. `sendCommit` is called right after a statement was sent that is the only one of its
 * transaction.
 */
export function requestClient(
  client: NodePostgresPgClient,
  begun: Promise<unknown>,
  { deadline, readOnly }: TransactionSettings,
  sendCommit?: () => void,
): NodePostgresPgClient {
  const { rawClient } = client
  let commitWith = sendCommit
  let isOver = false
  const check = () => {
    if (isOver) throw new Error('a statement came after the commit of its transaction')
    if (deadline?.ends(readOnly ? 'reading' : 'changing')) throw new AbortedError()
  }
  const inner: NodePostgresPgClient = {
    rawClient,
    // PostGraphile names its queries but not its mutations, which PostgreSQL would then plan each time.
    async query({ name, ...options }) {
      check()
      try {
        const named = keepsSession(rawClient) ? { ...options, name: name ?? statementName(options.text) } : options
        const sent = client.query<never>(named)
        // A change: only PostGraphile's executor asks for arrays, and it runs one statement in each transaction without
        // savepoints.
        if (commitWith && (readOnly || options.arrayMode)) {
          isOver = true
          commitWith()
        }
        return await sent
      } catch (error) {
        throw withoutStack(await firstError(begun, error))
      }
    },
    async withTransaction(work) {
      check()
      commitWith = undefined
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

/** Drops the stack of a refusal: nobody reads it, and GraphQLError would have it written out to copy it. */
function withoutStack(error: unknown): unknown {
  if (isRefusal(error)) Object.defineProperty(error, 'stack', { value: error.message })
  return error
}

/** One name per text. PostGraphile's client deallocates the names that a connection has not used for long. */
const statementName = (text: string) => createHash('sha1').update(text).digest('base64url')
