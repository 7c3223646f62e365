import { LRUCache } from 'lru-cache'
import type { execute } from 'postgraphile/grafast'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  Source,
  specifiedRules,
  validate,
} from 'postgraphile/graphql'
import { countRule } from './counts.ts'
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
import { passwordRule } from './password_mutations.ts'

export type Validated =
  | { document: DocumentNode; errors?: undefined }
  | { errors: readonly GraphQLError[]; document?: undefined }

/** What an operation is executed with, in graphql-js and in Grafast. */
export type Arguments = Parameters<typeof execute>[0]

export interface Validator {
  /** A document that may run on the schema, or the errors that refuse it. */
  parseAndValidate(query: string): Validated
  /** The error that refuses one request for a validated document, because of its operation or its variables. */
  refusalOf(args: Arguments): GraphQLError | undefined
}

const rules = [...specifiedRules, depthRule, aliasRule, countRule, passwordRule, subscriptionRule]
const cachedDocuments = 500

/** The checks before an operation runs. Without introspection, errors do not suggest names of the schema, either. */
export function createValidator(schema: GraphQLSchema, introspection: boolean): Validator {
  const rulesHere = introspection ? rules : [...rules, introspectionRule]
  const cache = new LRUCache<string, Validated>({ max: cachedDocuments })
  const checks = new WeakMap<DocumentNode, RequestCheck[]>()

  function parseAndValidate(query: string): Validated {
    const known = cache.get(query)
    if (known) return known
    const validated = parseAndCheck(query)
    // A refused document is not cached: it would replace one that is used.
    if (!validated.document) return validated
    const { document } = validated
    checks.set(document, [costCheck(schema, document), filterCheck(schema, document)])
    cache.set(query, validated)
    return validated
  }

  function parseAndCheck(query: string): Validated {
    const parsed = parseWithinLimits(query)
    if (!parsed.document) return parsed
    const { document } = parsed
    const errors = validationErrors(document)
    return errors.length > 0
      ? { errors: errors.map((error) => withCode(error, 'graphql_validation_failed')) }
      : { document }
  }

  function validationErrors(document: DocumentNode): readonly GraphQLError[] {
    try {
      return validate(schema, document, rulesHere, { hideSuggestions: !introspection })
    } catch (error) {
      // graphql-js' rule for subscriptions throws at a directive without its argument instead of reporting it.
      if (error instanceof GraphQLError) return [error]
      throw error
    }
  }

  function refusalOf({ document, operationName, variableValues }: Arguments): GraphQLError | undefined {
    let error = variablesRefusal(variableValues)
    for (const check of checks.get(document) ?? []) {
      error ??= check(operationName ?? undefined, variableValues ?? undefined)
    }
    // The library that measures the cost reads variables, and has no option to hide suggestions.
    if (error && !introspection) error.message = error.message.replace(/ Did you mean .*/s, '')
    return error
  }

  return { parseAndValidate, refusalOf }
}

function parseWithinLimits(query: string): Validated {
  try {
    return { document: parse(new Source(query, 'GraphQL request'), { maxTokens: limits.tokens }) }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    // graphql-js reports its limit as a syntax error.
    const tooLong = /tokens\. Parsing aborted/.test(error.message)
    return {
      errors: [
        tooLong
          ? tooComplex(`More than ${limits.tokens} tokens.`, 'tokens', limits.tokens)
          : withCode(error, 'graphql_parse_failed'),
      ],
    }
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  return error
}
