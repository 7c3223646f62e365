import { depthLimit } from '@graphile/depth-limit'
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity'
import { LRUCache } from 'lru-cache'
import {
  type ASTNode,
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isListType,
  isObjectType,
  NoSchemaIntrospectionCustomRule,
  type SelectionNode,
  type ValidationContext,
  visit,
} from 'postgraphile/graphql'
import { defaultPageSize, maxPageSize } from '../schema/lists/lists.ts'

/**
 * The limits of a document. A document beyond one is refused as `query_too_complex`, and the message says which limit.
 */
export const limits = {
  /** Tokens: checked before anything else, since the cost of validation may grow with the square of their number. */
  tokens: 2000,
  /** Nested selections. */
  depth: 12,
  /** Nested lists. */
  listDepth: 4,
  /** Aliased fields, with which a document could request the same field any number of times. */
  aliases: 20,
  /** Rows that may be read, by the requested page sizes. */
  cost: 5000,
  /** Assumed length of a list without a page size. */
  unpagedList: 10,
  /** Nested lists and objects in variables. */
  variableDepth: 50,
  /** In one filter: nested and, or, not and relations. */
  filterDepth: 8,
  /** In one filter: nested relations, each a subquery inside a subquery. */
  filterRelationDepth: 3,
  /** In all filters of a request: relations; some, every and none count one each. */
  filterRelations: 10,
  /** In all filters of a request: conditions, and, or, not. */
  filterConditions: 200,
  /** Entries of one list such as orderBy. */
  orders: 20,
  /** Subscriptions of one connection. */
  subscriptions: 20,
} as const

/**
 * The refusal of a request beyond a limit. `detail` names the limit and the most that it allows, if that is a number.
 */
export const tooComplex = (message: string, limit: string, most?: number, nodes?: ASTNode) =>
  new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'query_too_complex', detail: { limit, ...(most !== undefined && { most }) } },
  })

/**
 * Refuses variables that are nested too deeply: serializing them is recursive, and a few thousand levels, which easily
 * fit into a request, would overflow the stack.
 */
export function variablesRefusal(variables: unknown): GraphQLError | undefined {
  const isDeeper = (value: unknown, levels: number): boolean =>
    typeof value === 'object' &&
    value !== null &&
    (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))
  // The variables themselves are one level.
  if (!isDeeper(variables, limits.variableDepth + 1)) return undefined
  const message = `More than ${limits.variableDepth} lists or objects inside each other in variables.`
  return tooComplex(message, 'variableDepth', limits.variableDepth)
}

/** A validation context for a library's rule that replaces the rule's errors by ours. */
const reporting = (context: ValidationContext, convert: (error: GraphQLError) => GraphQLError): ValidationContext =>
  Object.create(context, { reportError: { value: (error: GraphQLError) => context.reportError(convert(error)) } })

/** Validation rule: depth, nested lists, and fields that lead back to themselves. */
export function depthRule(context: ValidationContext): ASTVisitor {
  return depthLimit({
    maxDepth: limits.depth,
    maxListDepth: limits.listDepth,
    // The depth of graphql-js' own introspection query, which GraphiQL and code generators send.
    maxIntrospectionDepth: 15,
    maxDepthByFieldCoordinates: { '__Type.ofType': 10 },
    revealDetails: true,
  })(reporting(context, ({ message }) => tooComplex(message, 'depth', limits.depth)))
}

/** Validation rule of a server without introspection: refuses __schema and __type. */
export function introspectionRule(context: ValidationContext): ASTVisitor {
  const extensions = { code: 'introspection_disabled' }
  return NoSchemaIntrospectionCustomRule(
    reporting(context, ({ message, nodes }) => new GraphQLError(message, { nodes: nodes ?? null, extensions })),
  )
}

/** Validation rule: the number of aliases. */
export function aliasRule(context: ValidationContext): ASTVisitor {
  let aliases = 0
  return {
    Field(node) {
      if (node.alias && ++aliases === limits.aliases + 1) {
        context.reportError(tooComplex(`More than ${limits.aliases} aliases.`, 'aliases', limits.aliases))
      }
    },
  }
}

/**
 * Validation rule: the root field of a subscription has no @skip and no @include, as the specification demands. If it
 * were skipped, there would be nothing to subscribe to.
 */
export function subscriptionRule(context: ValidationContext): ASTVisitor {
  const root = context.getSchema().getSubscriptionType()
  const check = (node: SelectionNode) => {
    const conditional = node.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include')
    if (!conditional || context.getParentType() !== root) return
    const message = `@${conditional.name.value} cannot decide whether to subscribe.`
    context.reportError(new GraphQLError(message, { nodes: conditional }))
  }
  return { Field: check, FragmentSpread: check, InlineFragment: check }
}

const pageArguments = ['first', 'pageSize']

// A field costs the rows that it may read: a list costs its page size times the cost of a row.
const rowsRead: ComplexityEstimator = ({ args, childComplexity, field, type }) => {
  if (field.name.startsWith('__') || !isCompositeType(getNamedType(field.type))) return 0
  const page = field.args.find(({ name }) => pageArguments.includes(name))
  if (page) {
    const size = args[page.name] ?? defaultPageSize
    if (size < 0 || size > maxPageSize) {
      throw tooComplex(`${page.name} must be from 0 to ${maxPageSize}, not ${size}.`, page.name, maxPageSize)
    }
    return 1 + size * childComplexity
  }
  // The lists of a connection are the page that the connection has already been charged for.
  const paged = isObjectType(type) && 'pageInfo' in type.getFields()
  const list = isListType(getNullableType(field.type))
  return list && !paged ? limits.unpagedList * (1 + childComplexity) : 1 + childComplexity
}

/** Checks the operation and the variables of one request for a document. Returns the error that refuses it, if any. */
export type RequestCheck = (operationName: string | undefined, variables: Variables) => GraphQLError | undefined

type Variables = Record<string, unknown> | undefined

/** Maximum results of one document that are kept. */
const keptCosts = 100

/**
 * The check of a valid document's cost, which is measured once for each operation and the values of the variables that
 * it depends on.
 */
export function costCheck(schema: GraphQLSchema, document: DocumentNode): RequestCheck {
  const names = variablesOfCost(document)
  const known = new LRUCache<string, { refusal: GraphQLError | undefined }>({ max: keptCosts })

  function measure(operationName: string | undefined, variables: Variables): GraphQLError | undefined {
    try {
      const cost = getComplexity({
        schema,
        query: document,
        estimators: [rowsRead],
        ...(operationName && { operationName }),
        ...(variables && { variables }),
      })
      if (cost <= limits.cost) return undefined
      return tooComplex(`The query may read ${cost} rows; ${limits.cost} are allowed.`, 'cost', limits.cost)
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      // The library's own limit, which keeps nested fragments from making the measurement itself expensive.
      if (/number of nodes/.test(error.message)) return tooComplex(error.message, 'cost', limits.cost)
      return error
    }
  }

  return (operationName, variables) => {
    // An operation that does not exist is refused when it is executed; names that callers invent must not fill the
    // cache.
    if (!getOperationAST(document, operationName)) return undefined
    const values = names.map((name) => variables?.[name])
    // Any other value is refused, and must not fill the cache.
    if (!values.every(isShort)) return measure(operationName, variables)
    const key = JSON.stringify([operationName, ...values.map((value) => (value === undefined ? [] : value))])
    const kept = known.get(key)
    if (kept) return kept.refusal
    const refusal = measure(operationName, variables)
    // A variable of the wrong type is the request's error, not the document's.
    if (!refusal || refusal.extensions.code !== undefined) known.set(key, { refusal })
    return refusal
  }
}

const isShort = (value: unknown) => value === null || ['undefined', 'number', 'boolean'].includes(typeof value)

/** Names of the variables on which a document's cost depends: page sizes, and those that include or skip fields. */
function variablesOfCost(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Argument({ name, value }, _key, _parent, _path, ancestors) {
      const ofDirective = (ancestors.at(-1) as { kind?: string } | undefined)?.kind === 'Directive'
      if (value.kind === 'Variable' && (ofDirective || pageArguments.includes(name.value))) names.add(value.name.value)
    },
  })
  return [...names]
}
