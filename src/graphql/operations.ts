import type { Socket } from 'node:net'
import { execute, subscribe } from 'postgraphile/grafast'
import type { ExecutionConfig } from 'postgraphile/grafserv'
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  Source,
  specifiedRules,
  validate,
} from 'postgraphile/graphql'
import { type AnswerTimes, Deadline, deadlineOf } from '../deadline.ts'
import type { TellError } from './errors.ts'
import { filterCheck } from './filters.ts'
import {
  aliasRule,
  costCheck,
  depthRule,
  introspectionRule,
  limits,
  type RequestCheck,
  subscriptionRule,
  tooComplex,
  variablesRefusal,
} from './limits.ts'
import { computesPassword, passwordRule } from './password_mutations.ts'
import { Remembered } from './remembered.ts'
import type { RequestSettings } from './request_adaptor.ts'
import { operationOf } from './root_fields.ts'
import { SharedReads } from './shared_reads.ts'
import { untilRefused } from './until_refused.ts'
import { callerOf, withUnusableToken } from './unusable_tokens.ts'

type Validated =
  | { document: DocumentNode; errors?: undefined }
  | { errors: readonly GraphQLError[]; document?: undefined }
type Arguments = Parameters<typeof execute>[0]

/** How documents are checked and run, the same for HTTP, WebSocket and callers in this process. */
export interface Operations extends Pick<ExecutionConfig, 'execute' | 'subscribe'> {
  parseAndValidate(query: string): Validated
}

const rules = [...specifiedRules, depthRule, aliasRule, passwordRule, subscriptionRule]
const rememberedDocuments = 500

/**
 * The operations on a schema: limits before a document runs, `tell` for every error that leaves. Without introspection
 * no error suggests a name of the schema either.
 */
export function createOperations(
  schema: GraphQLSchema,
  tell: TellError,
  introspection: boolean,
  answerTimes: AnswerTimes,
): Operations {
  const rulesHere = introspection ? rules : [...rules, introspectionRule]
  const remembered = new Remembered<string, Validated>(rememberedDocuments)
  const checks = new WeakMap<DocumentNode, RequestCheck[]>()

  function parseAndValidate(query: string): Validated {
    const known = remembered.get(query)
    if (known) return known
    const validated = parseWithin(query)
    // What is refused is not remembered: it would push out what is used.
    if (!validated.document) return validated
    const { document } = validated
    checks.set(document, [costCheck(schema, document), filterCheck(schema, document)])
    remembered.set(query, validated)
    return validated
  }

  function parseWithin(query: string): Validated {
    let document: DocumentNode
    try {
      document = parse(new Source(query, 'GraphQL request'), { maxTokens: limits.tokens })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      // graphql-js tells its limit as a syntax error.
      const tooLong = /tokens\. Parsing aborted/.test(error.message)
      return {
        errors: [
          tooLong
            ? tooComplex(`More than ${limits.tokens} tokens.`, 'tokens', limits.tokens)
            : coded(error, 'graphql_parse_failed'),
        ],
      }
    }
    const errors = faultsOf(document)
    return errors.length > 0
      ? { errors: errors.map((error) => coded(error, 'graphql_validation_failed')) }
      : { document }
  }

  function faultsOf(document: DocumentNode): readonly GraphQLError[] {
    try {
      return validate(schema, document, rulesHere, { hideSuggestions: !introspection })
    } catch (error) {
      // graphql-js' rule for subscriptions throws at a directive without its argument, in place of telling it.
      if (error instanceof GraphQLError) return [error]
      throw error
    }
  }

  const refusal = ({ document, operationName, variableValues }: Arguments) => {
    let error = variablesRefusal(variableValues)
    for (const check of checks.get(document) ?? []) {
      error ??= check(operationName ?? undefined, variableValues ?? undefined)
    }
    // What measures the cost reads variables, and has no option to hide suggestions.
    if (error && !introspection) error.message = error.message.replace(/ Did you mean .*/s, '')
    return error
  }

  /** Decides who calls. Gives the error that refuses the caller's token, if any. */
  const judgeCaller = (args: Arguments): GraphQLError | undefined => {
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

  const finisher = (args: Arguments) => {
    const request = args.requestContext as Grafast.RequestContext
    return (result: ExecutionResult): ExecutionResult => {
      const errors = result.errors?.map((error) => tell(error, request.requestId))
      const told = errors ? { ...result, errors } : result
      return request.unusable ? withUnusableToken(told, request.unusable) : told
    }
  }

  return {
    parseAndValidate,
    execute: (async (args: Arguments) => {
      const finish = finisher(args)
      const refused = refusal(args) ?? judgeCaller(args)
      if (refused) return finish({ errors: [refused] })
      const { claims, deadline: given, node } = args.requestContext as Grafast.RequestContext
      const kind = getOperationAST(args.document, args.operationName)?.operation
      // Grafast would answer without end, on a connection that nobody counts.
      if (kind === 'subscription') return finish({ errors: [overWebSocketOnly()] })
      const reads = new SharedReads()
      // A mutation commits each of its functions before the next one runs and before their results are read.
      if (kind === 'query') {
        Object.assign(settingsOf(args), { readOnly: true, reads })
      } else if (computesPassword(args.document, args.operationName ?? undefined)) {
        settingsOf(args).computesPassword = true
      }
      const deadline = given ?? deadlineOf(answerTimes, claims)
      if (!given && node) deadline.follow(node.req.socket)
      settingsOf(args).deadline = deadline
      try {
        const result = (await execute(args)) as ExecutionResult
        // Nobody reads it, and what was cancelled for that reason is no fault to be logged.
        return deadline.callerIsGone && result.errors ? unread : finish(result)
      } catch (error) {
        return finish({ errors: [unexpected(error)] })
      } finally {
        if (!given) deadline.close()
        // The answer need not wait for it.
        void reads.end()
      }
    }) as typeof execute,
    subscribe: (async (args: Arguments) => {
      const finish = finisher(args)
      const refused = refusal(args) ?? judgeCaller(args)
      if (refused) return finish({ errors: [refused] })
      // Each of its statements has the time that a statement has; what ends them all is that the subscriber leaves.
      const deadline = new Deadline()
      const { ws } = args.requestContext as Grafast.RequestContext
      const socket = ws?.request?.socket
      if (socket) deadline.follow(socket as Socket)
      Object.assign(settingsOf(args), { readOnly: true, deadline })
      try {
        const result = await subscribe(args)
        if (Symbol.asyncIterator in result) {
          return untilRefused(result as AsyncGenerator<ExecutionResult>, finish, () => {
            deadline.leave()
            deadline.close()
          })
        }
        deadline.close()
        return finish(result as ExecutionResult)
      } catch (error) {
        deadline.close()
        return finish({ errors: [unexpected(error)] })
      }
    }) as typeof subscribe,
  }
}

const settingsOf = (args: Arguments) => (args.contextValue as unknown as { pgSettings: RequestSettings }).pgSettings

// Grafserv would take the message of what is thrown for one meant for callers.
const unexpected = (error: unknown) => new GraphQLError('', { originalError: error as Error })

/** In place of an answer that nobody reads. */
const unread: ExecutionResult = { errors: [new GraphQLError('', { extensions: { code: 'query_canceled' } })] }

const overWebSocketOnly = () =>
  new GraphQLError('A subscription needs a WebSocket.', { extensions: { code: 'bad_request' } })

const coded = (error: GraphQLError, code: string) => {
  error.extensions.code ??= code
  return error
}
