import { depthLimit } from '@graphile/depth-limit'
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity'
import {
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
import { defaultPageSize, maxPageSize } from './lists.ts'

/** What a document may ask for. What exceeds a limit is refused as `query_too_complex`, and the message says which. */
export const limits = {
  /** Names, numbers, brackets: checked before anything else, since validating costs up to the square of their number. */
  tokens: 2000,
  /** Selections inside each other. */
  depth: 12,
  /** Lists inside each other. */
  listDepth: 4,
  /** Fields under a name of the caller's choice, each of which may repeat what another does. */
  aliases: 20,
  /** Rows read at most, by the page sizes asked for. */
  cost: 5000,
  /** What a list without a page size is taken to hold. */
  unpagedList: 10,
  /** Lists and objects inside each other in variables. */
  variableDepth: 50,
  /** In one filter: and, or, not and relations inside each other. */
  filterDepth: 8,
  /** In one filter: relations inside each other, each a subquery inside a subquery. */
  filterRelationDepth: 3,
  /** In all filters of a request: relations, with some, every and none counted one by one. */
  filterRelations: 10,
  /** In all filters of a request: conditions, and, or, not. */
  filterConditions: 200,
  /** Entries of one list such as orderBy. */
  orders: 20,
} as const

/** A refusal for being too much. `detail` names the limit. */
export const tooComplex = (message: string, limit: string, most: number) =>
  new GraphQLError(message, { extensions: { code: 'query_too_complex', detail: { limit, most } } })

/**
 * Refuses variables with too much inside each other: whatever makes a text of them later calls itself for each level, and
 * some thousands, which fit a request easily, are more than the stack holds.
 */
export function variablesRefusal(variables: unknown): GraphQLError | undefined {
  const isDeeper = (value: unknown, levels: number): boolean =>
    typeof value === 'object' &&
    value !== null &&
    (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))
  // The variables themselves are an object, too.
  if (!isDeeper(variables, limits.variableDepth + 1)) return undefined
  const message = `More than ${limits.variableDepth} lists or objects inside each other in variables.`
  return tooComplex(message, 'variableDepth', limits.variableDepth)
}

/** The context of a rule that is not ours, with our errors in place of its own. */
const telling = (context: ValidationContext, told: (error: GraphQLError) => GraphQLError): ValidationContext =>
  Object.create(context, { reportError: { value: (error: GraphQLError) => context.reportError(told(error)) } })

/** Validation rule: depth, lists in lists, and fields that lead back to themselves. */
export function depthRule(context: ValidationContext): ASTVisitor {
  return depthLimit({
    maxDepth: limits.depth,
    maxListDepth: limits.listDepth,
    // As deep as graphql-js' own introspection query goes, which GraphiQL and code generators send.
    maxIntrospectionDepth: 15,
    maxDepthByFieldCoordinates: { '__Type.ofType': 10 },
    revealDetails: true,
  })(telling(context, ({ message }) => tooComplex(message, 'depth', limits.depth)))
}

/** Validation rule of a server without introspection: no __schema, no __type. */
export function introspectionRule(context: ValidationContext): ASTVisitor {
  const extensions = { code: 'introspection_disabled' }
  return NoSchemaIntrospectionCustomRule(
    telling(context, ({ message, nodes }) => new GraphQLError(message, { nodes: nodes ?? null, extensions })),
  )
}

/** Validation rule: how many aliases a document has. */
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
 * Validation rule: what is subscribed to stands without @skip and @include, as the specification has it. Without any
 * field left there would be nothing to plan.
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

// A field costs the rows it may read: a list its page size times what each row costs.
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
  // A connection's own lists hold the page that the connection was already charged for.
  const paged = isObjectType(type) && 'pageInfo' in type.getFields()
  const list = isListType(getNullableType(field.type))
  return list && !paged ? limits.unpagedList * (1 + childComplexity) : 1 + childComplexity
}

/** Checks one request for a document: its operation and variables. Gives the error that refuses it, if any. */
export type RequestCheck = (
  operationName: string | undefined,
  variables: Record<string, unknown> | undefined,
) => GraphQLError | undefined

/** The check of a valid document's cost. It is measured once, unless a variable says how much is read. */
export function costCheck(schema: GraphQLSchema, document: DocumentNode): RequestCheck {
  const varies = pageSizesVary(document)
  const known = new Map<string | undefined, GraphQLError | undefined>()

  const check: RequestCheck = (operationName, variables) => {
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
      // The library's own bound, which keeps fragments of fragments from making the measuring itself too dear.
      if (/number of nodes/.test(error.message)) return tooComplex(error.message, 'cost', limits.cost)
      return error
    }
  }

  return (operationName, variables) => {
    // An operation that is not there is refused by whoever runs it; and names a caller invents are not to be remembered.
    if (!getOperationAST(document, operationName)) return undefined
    if (varies) return check(operationName, variables)
    if (!known.has(operationName)) {
      const error = check(operationName, variables)
      // A variable of the wrong type says nothing about the document.
      if (error && error.extensions.code === undefined) return error
      known.set(operationName, error)
    }
    return known.get(operationName)
  }
}

function pageSizesVary(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Argument(node, _key, _parent, _path, ancestors) {
      const ofDirective = (ancestors.at(-1) as { kind?: string } | undefined)?.kind === 'Directive'
      if (node.value.kind === 'Variable' && (ofDirective || pageArguments.includes(node.name.value))) found = true
    },
  })
  return found
}
