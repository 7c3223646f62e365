import type { Socket } from 'node:net'
import { type execute, subscribe } from 'postgraphile/grafast'
import type { ExecutionConfig } from 'postgraphile/grafserv'
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'postgraphile/graphql'
import { describeSpan, isTracing, noteRefusal } from '../process/tracing.ts'
import { type AnswerTimes, Deadline, deadlineOf } from '../request/deadline.ts'
import { Refusal } from '../request/refusal.ts'
import type { Routing } from '../request/shards/routing.ts'
import { onShard } from '../request/shards/shard_use.ts'
import { catalogueKey, type KeyOfAnswer } from './catalogue.ts'
import type { FormatError } from './errors.ts'
import { operationOf } from './root_fields.ts'
import { mutate, type Reads, type Running, settingsOf } from './run_operation.ts'
import { completed, inAllDatabases, marked, placeFor } from './several_databases/run_in_several.ts'
import { remembered, shortenedDocument, spanningDocument } from './several_databases/spanning_document.ts'
import { callerOf, withUnusableToken } from './unusable_tokens.ts'
import { type Arguments, createValidator, type Validated } from './validation/validator.ts'
import { endOnError } from './websocket/end_on_error.ts'

/** How documents are checked and run, the same for HTTP, WebSocket and callers in this process. */
export interface Operations extends Pick<ExecutionConfig, 'execute' | 'subscribe'> {
  parseAndValidate(query: string): Validated
}

/**
 * The operations on a schema: limits before a document runs, `formatError` for every error that callers get. Without
 * introspection, errors do not suggest names of the schema, either.
 */
export function createOperations(
  schema: GraphQLSchema,
  formatError: FormatError,
  introspection: boolean,
  answerTimes: AnswerTimes,
  reads: Reads = {},
): Operations {
  const { parseAndValidate, refusalOf } = createValidator(schema, introspection)
  const running: Running = {
    ...reads,
    answerTimes,
    formatError,
    refusalOf,
    keyInCatalogue: keysOf(schema),
    spanning: remembered((given) => spanningDocument(schema, reads.routing?.lacking, given)),
    shortened: remembered((given) => shortenedDocument(schema, (reads.routing as Routing).lacking, given)),
  }
  return {
    parseAndValidate,
    execute: ((args: Arguments) => executeOnce(running, args)) as typeof execute,
    subscribe: ((args: Arguments) => subscribeTo(running, args)) as typeof subscribe,
  }
}

/** Returns the key of an answer. How to make it is computed once for each document. */
function keysOf(schema: GraphQLSchema): Running['keyInCatalogue'] {
  const keys = new WeakMap<DocumentNode, KeyOfAnswer | null>()
  return ({ document, variableValues }) => {
    let keyOf = keys.get(document)
    if (keyOf === undefined) {
      keyOf = catalogueKey(schema, document) ?? null
      keys.set(document, keyOf)
    }
    return keyOf?.(variableValues ?? {})
  }
}

/** Runs a query or a mutation. */
async function executeOnce(running: Running, given: Arguments): Promise<ExecutionResult> {
  const format = resultFormatter(running, given)
  const refused = running.refusalOf(given) ?? checkCaller(given)
  if (refused) return format({ errors: [refused] })
  const kind = getOperationAST(given.document, given.operationName)?.operation
  // Grafast would answer with an endless stream, on a connection that no limit counts.
  if (kind === 'subscription') return format({ errors: [overWebSocketOnly()] })
  const args = marked(running, given)
  const request = args.requestContext as Grafast.RequestContext
  const deadline = deadlineFor(running, request)
  Object.assign(settingsOf(args), { deadline })
  describeOperation(args, kind)
  try {
    const { shard, isWhole } = await placeFor(running, args, deadline)
    const { claims, seen, transaction } = request
    if (!transaction) await running.routing?.arrived(shard?.shard, seen, deadline)
    Object.assign(settingsOf(args), {
      shard,
      gathering: shard ? undefined : running.routing?.gathering({ claims, deadline }),
    })
    const run = kind === 'query' ? inAllDatabases : mutate
    const result = isWhole
      ? await onShard(shard, () => run(running, args, deadline))
      : await completed(running, args, deadline, (one) => onShard(shard, () => run(running, one, deadline)))
    return unreadOf(result, deadline) ?? format(result)
  } catch (error) {
    return format({ errors: [unexpected(error)] })
  } finally {
    if (!request.deadline) deadline.close()
  }
}

/** Starts a subscription. */
async function subscribeTo(running: Running, args: Arguments) {
  const format = resultFormatter(running, args)
  const refused = running.refusalOf(args) ?? checkCaller(args)
  if (refused) return format({ errors: [refused] })
  // Each statement has its own time limit; the subscription as a whole ends when the subscriber leaves.
  const deadline = new Deadline()
  const { ws } = args.requestContext as Grafast.RequestContext
  const socket = ws?.request?.socket
  if (socket) deadline.follow(socket as Socket)
  Object.assign(settingsOf(args), { readOnly: true, deadline })
  try {
    const { shard } = await placeFor(running, args, deadline)
    Object.assign(settingsOf(args), { shard })
    if (shard) Object.assign(args.contextValue as object, { pgSubscriber: shard.shard.subscriber })
    const result = await onShard(shard, async () => subscribe(args))
    if (Symbol.asyncIterator in result) {
      return endOnError(result as AsyncGenerator<ExecutionResult>, format, () => {
        deadline.leave()
        deadline.close()
      })
    }
    deadline.close()
    return format(result as ExecutionResult)
  } catch (error) {
    deadline.close()
    return format({ errors: [unexpected(error)] })
  }
}

/** Formats the errors of a result, and reports an access token that is not usable. */
function resultFormatter({ formatError }: Running, args: Arguments) {
  const request = args.requestContext as Grafast.RequestContext
  return (result: ExecutionResult): ExecutionResult => {
    const errors = result.errors?.map((error) => formatError(error, request.requestId))
    if (request.node) noteRefusal(errors?.[0]?.extensions.code as string | undefined)
    const formatted = errors ? { ...result, errors } : result
    return request.unusable ? withUnusableToken(formatted, request.unusable) : formatted
  }
}

function deadlineFor({ answerTimes }: Running, { claims, deadline, node }: Grafast.RequestContext): Deadline {
  if (deadline) return deadline
  const own = deadlineOf(answerTimes, claims)
  return node ? own.follow(node.req.socket) : own
}

/** Finds out who calls. Returns the error that refuses the caller's token, if any. */
function checkCaller(args: Arguments): GraphQLError | undefined {
  const request = args.requestContext as Grafast.RequestContext
  try {
    const { claims, unusable } = callerOf(operationOf(args.document, args.operationName ?? undefined), request)
    Object.assign(request, { claims, unusable })
    settingsOf(args).claims = claims
    return undefined
  } catch (error) {
    return unexpected(error)
  }
}

/**
 * Describes an HTTP request in its span by the kind of operation and its root fields; names in documents are the
 * clients'.
 */
function describeOperation({ document, operationName, requestContext }: Arguments, kind = 'query'): void {
  if (!isTracing() || !(requestContext as Grafast.RequestContext).node) return
  const fields = [...new Set(operationOf(document, operationName ?? undefined)?.fields)]
  describeSpan(
    { 'http.route': '/graphql', 'graphql.operation.type': kind, 'medislot.fields': fields },
    `${kind} ${fields.join(' ')}`,
  )
}

// Grafserv would send the message of a thrown error to the caller.
const unexpected = (error: unknown) =>
  new GraphQLError(error instanceof Refusal ? error.message : '', { originalError: error as Error })

/**
 * The caller has disconnected: nobody reads the answer, and statements that were cancelled for this reason are not
 * logged.
 */
const unreadOf = (result: ExecutionResult, deadline: Deadline): ExecutionResult | undefined =>
  deadline.callerIsGone && result.errors ? unread : undefined

/** The result for a caller who has disconnected. */
const unread: ExecutionResult = { errors: [new GraphQLError('', { extensions: { code: 'query_canceled' } })] }

const overWebSocketOnly = () =>
  new GraphQLError('A subscription needs a WebSocket.', { extensions: { code: 'bad_request' } })
