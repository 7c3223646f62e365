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
import type { TellError } from './errors.ts'
import { aliasRule, type CostCheck, costCheck, depthRule, limits, tooComplex } from './limits.ts'
import type { RequestSettings } from './request_adaptor.ts'
import { SharedReads } from './shared_reads.ts'

type Validated = ReturnType<ExecutionConfig['parseAndValidate']>
type Arguments = Parameters<typeof execute>[0]

/** How documents are checked and run, the same for HTTP, WebSocket and in-process callers. */
export type Operations = Pick<ExecutionConfig, 'parseAndValidate' | 'execute' | 'subscribe'>

const rules = [...specifiedRules, depthRule, aliasRule]
const rememberedDocuments = 500

/** The operations on a schema: limits before a document runs, `tell` for every error that leaves. */
export function createOperations(schema: GraphQLSchema, tell: TellError): Operations {
  const remembered = new Map<string, Validated>()
  const costChecks = new WeakMap<DocumentNode, CostCheck>()

  function parseAndValidate(query: string): Validated {
    const known = remembered.get(query)
    if (known) {
      // Moved to the end: the oldest in the map is then the one least used.
      remembered.delete(query)
      remembered.set(query, known)
      return known
    }
    const validated = check(query)
    // What is refused is not remembered: it would push out what is used.
    if (validated.document) {
      costChecks.set(validated.document, costCheck(schema, validated.document))
      remembered.set(query, validated)
      if (remembered.size > rememberedDocuments) remembered.delete(remembered.keys().next().value!)
    }
    return validated
  }

  function check(query: string): Validated {
    let document: DocumentNode
    try {
      document = parse(new Source(query, 'GraphQL request'), { maxTokens: limits.tokens })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      // graphql-js tells its token limit as a syntax error.
      const tooLong = /tokens\. Parsing aborted/.test(error.message)
      return {
        errors: [
          tooLong
            ? tooComplex(`More than ${limits.tokens} tokens.`, 'tokens', limits.tokens)
            : coded(error, 'graphql_parse_failed'),
        ],
      }
    }
    const errors = validate(schema, document, rules)
    return errors.length > 0
      ? { errors: errors.map((error) => coded(error, 'graphql_validation_failed')) }
      : { document }
  }

  const refusal = ({ document, operationName, variableValues }: Arguments) =>
    costChecks.get(document)?.(operationName ?? undefined, variableValues ?? undefined)

  const told = (args: Arguments) => {
    const { requestId } = args.requestContext as Grafast.RequestContext
    return <T extends ExecutionResult>(result: T): T =>
      result.errors ? { ...result, errors: result.errors.map((error) => tell(error, requestId)) } : result
  }

  return {
    parseAndValidate,
    execute: (async (args: Arguments) => {
      const finish = told(args)
      const refused = refusal(args)
      if (refused) return finish({ errors: [refused] })
      const reads = new SharedReads()
      // A mutation commits each of its functions before the next one runs and before their results are read.
      if (getOperationAST(args.document, args.operationName)?.operation === 'query') {
        Object.assign(settingsOf(args), { readOnly: true, reads })
      }
      try {
        return finish((await execute(args)) as ExecutionResult)
      } finally {
        // The answer need not wait for it.
        void reads.end()
      }
    }) as typeof execute,
    subscribe: (async (args: Arguments) => {
      const finish = told(args)
      const refused = refusal(args)
      if (refused) return finish({ errors: [refused] })
      settingsOf(args).readOnly = true
      const result = await subscribe(args)
      return Symbol.asyncIterator in result
        ? untilRefused(result as AsyncGenerator<ExecutionResult>, finish)
        : finish(result as ExecutionResult)
    }) as typeof subscribe,
  }
}

const settingsOf = (args: Arguments) => (args.contextValue as unknown as { pgSettings: RequestSettings }).pgSettings

const coded = (error: GraphQLError, code: string) => {
  error.extensions.code ??= code
  return error
}

/**
 * The events of a subscription, errors told. It ends with the first event that fails, and when its source breaks: what
 * a subscriber missed cannot be known, so it has to begin anew. Not an async generator, whose return() would wait for
 * the next event before it lets go of the source.
 */
function untilRefused(
  source: AsyncGenerator<ExecutionResult>,
  finish: (result: ExecutionResult) => ExecutionResult,
): AsyncGenerator<ExecutionResult, void, void> {
  let over = false
  const end = async () => {
    over = true
    await source.return(undefined)
    return { done: true as const, value: undefined }
  }
  return {
    async next() {
      if (over) return { done: true, value: undefined }
      try {
        const { done, value } = await source.next()
        if (done) return await end()
        const event = finish(value)
        if (event.errors) await end()
        return { done: false, value: event }
      } catch (error) {
        over = true
        return { done: false, value: finish({ errors: [new GraphQLError('', { originalError: error as Error })] }) }
      }
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}
