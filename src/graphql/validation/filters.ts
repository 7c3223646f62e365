import {
  BREAK,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  TypeInfo,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'
import { limits, type RequestCheck, tooComplex } from './limits.ts'

/** How much all filters of a request contain, and how deeply they are nested. */
interface Size {
  depth: number
  relationDepth: number
  relations: number
  conditions: number
}

/** A filter or an orderBy list in a definition: its type, and its value, which may be or contain variables. */
interface Use {
  type: GraphQLInputType
  value: ValueNode
}

interface Definition {
  uses: Use[]
  /** Names of the fragments that it spreads, one entry per spread. */
  spreads: string[]
  defaults: Record<string, unknown>
}

const isFilter = (type: unknown): type is GraphQLInputObjectType =>
  isInputObjectType(type) && type.name.endsWith('Filter')
/** A filter of rows, unlike one of a value (BigIntFilter) or of related rows (ClinicToManyDoctorFilter). */
const filtersRows = (type: unknown): type is GraphQLInputObjectType =>
  isFilter(type) && ['and', 'or', 'not'].every((name) => name in type.getFields())

/**
 * The check of a valid document's filters and orders. PostgreSQL evaluates each condition for each row, and a condition
 * on a related table as a subquery inside the subquery of the filter around it, so the cost of nesting multiplies.
 */
export function filterCheck(schema: GraphQLSchema, document: DocumentNode): RequestCheck {
  const { fragments, operations } = definitionsOf(schema, document)
  const checks = new Map<string | undefined, (variables: Record<string, unknown>) => GraphQLError | undefined>()
  for (const [name, operation] of operations) {
    const uses = [...timesUsed(operation, fragments)].flatMap(([definition, times]) =>
      definition.uses.map((use) => ({ ...use, times })),
    )
    if (uses.length === 0) continue
    const check = (variables: Record<string, unknown>) => checkUses(uses, { ...operation.defaults, ...variables })
    const known = uses.some(({ value }) => holdsVariable(value)) ? undefined : { refusal: check({}) }
    checks.set(name, known ? () => known.refusal : check)
  }
  return (operationName, variables) => {
    const check = operationName === undefined ? checks.values().next().value : checks.get(operationName)
    return check?.(variables ?? {})
  }
}

function checkUses(uses: (Use & { times: number })[], variables: Record<string, unknown>): GraphQLError | undefined {
  const total: Size = { depth: 0, relationDepth: 0, relations: 0, conditions: 0 }
  for (const { type, value, times } of uses) {
    const asked = valueFromASTUntyped(value, variables)
    if (isFilter(getNamedType(type))) {
      const size: Size = { depth: 0, relationDepth: 0, relations: 0, conditions: 0 }
      measure(type, asked, 0, 0, size)
      total.depth = Math.max(total.depth, size.depth)
      total.relationDepth = Math.max(total.relationDepth, size.relationDepth)
      total.relations += size.relations * times
      total.conditions += size.conditions * times
    } else if (Array.isArray(asked) && asked.length > limits.orders) {
      return tooComplex(`More than ${limits.orders} entries in one list of orders.`, 'orders', limits.orders)
    }
  }
  return refusalOf(total)
}

function refusalOf({ depth, relationDepth, relations, conditions }: Size): GraphQLError | undefined {
  const { filterDepth, filterRelationDepth, filterRelations, filterConditions } = limits
  if (depth > filterDepth)
    return tooComplex(`More than ${filterDepth} levels inside each other in a filter.`, 'filterDepth', filterDepth)
  if (relationDepth > filterRelationDepth) {
    const message = `More than ${filterRelationDepth} relations inside each other in a filter.`
    return tooComplex(message, 'filterRelationDepth', filterRelationDepth)
  }
  if (relations > filterRelations)
    return tooComplex(`More than ${filterRelations} relations in filters.`, 'filterRelations', filterRelations)
  if (conditions > filterConditions)
    return tooComplex(`More than ${filterConditions} conditions in filters.`, 'filterConditions', filterConditions)
  return undefined
}

/** Adds what a filter contains to a size. The value need not be valid: what does not fit the type is not counted. */
function measure(type: GraphQLInputType, value: unknown, depth: number, relationDepth: number, size: Size): void {
  if (typeof value !== 'object' || value === null) return
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    // A single value stands for a list of one.
    for (const item of [value].flat()) measure(nullable.ofType, item, depth, relationDepth, size)
    return
  }
  if (!isFilter(nullable)) return
  size.depth = Math.max(size.depth, depth)
  size.relationDepth = Math.max(size.relationDepth, relationDepth)
  for (const [name, inner] of Object.entries(value)) {
    const field = nullable.getFields()[name]
    if (!field) continue
    const { counts, deeper, relationDeeper } = weightOf(nullable, name, getNamedType(field.type))
    if (counts) size[counts] += 1
    measure(field.type, inner, depth + deeper, relationDepth + relationDeeper, size)
  }
}

interface Weight {
  /** As what a field is counted, if at all. */
  counts?: 'relations' | 'conditions'
  deeper: number
  relationDeeper: number
}

/** What a field of a filter adds to its size. */
function weightOf(filter: GraphQLInputObjectType, name: string, type: unknown): Weight {
  // some, every, none
  if (!filtersRows(filter) && filtersRows(type)) return { counts: 'relations', deeper: 0, relationDeeper: 0 }
  if (['and', 'or', 'not'].includes(name)) return { counts: 'conditions', deeper: 1, relationDeeper: 0 }
  if (filtersRows(type)) return { counts: 'relations', deeper: 1, relationDeeper: 1 }
  if (isFilter(type)) {
    const leadsToRows = Object.values(type.getFields()).some((each) => filtersRows(each.type))
    return leadsToRows ? { deeper: 1, relationDeeper: 1 } : { deeper: 0, relationDeeper: 0 }
  }
  // In a filter of rows this checks whether there are related rows; in a filter of a value it is a comparison.
  return { counts: filtersRows(filter) ? 'relations' : 'conditions', deeper: 0, relationDeeper: 0 }
}

function definitionsOf(schema: GraphQLSchema, document: DocumentNode) {
  const fragments = new Map<string, Definition>()
  const operations = new Map<string | undefined, Definition>()
  let current: Definition
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      OperationDefinition(node) {
        const defaults = (node.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
          defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
        )
        current = { uses: [], spreads: [], defaults: Object.fromEntries(defaults) }
        operations.set(node.name?.value, current)
      },
      FragmentDefinition(node) {
        current = { uses: [], spreads: [], defaults: {} }
        fragments.set(node.name.value, current)
      },
      FragmentSpread(node) {
        current.spreads.push(node.name.value)
      },
      Argument(node) {
        const type = types.getArgument()?.type
        if (!type) return undefined
        const isOrder = isListType(getNullableType(type)) && isEnumType(getNamedType(type))
        if (isOrder || isFilter(getNamedType(type))) current.uses.push({ type, value: node.value })
        return false
      },
    }),
  )
  return { fragments, operations }
}

/**
 * How often an operation runs each definition: a fragment once per spread. Fragments of a valid document form no
 * circle.
 */
function timesUsed(operation: Definition, fragments: Map<string, Definition>): Map<Definition, number> {
  const times = new Map<Definition, number>()
  const order: Definition[] = []
  const reach = (definition: Definition) => {
    if (order.includes(definition)) return
    for (const name of definition.spreads) {
      const fragment = fragments.get(name)
      if (fragment) reach(fragment)
    }
    order.push(definition)
  }
  reach(operation)
  times.set(operation, 1)
  // A definition comes after all definitions that spread it.
  for (const definition of order.reverse()) {
    for (const name of definition.spreads) {
      const fragment = fragments.get(name)
      if (fragment) times.set(fragment, (times.get(fragment) ?? 0) + (times.get(definition) ?? 0))
    }
  }
  return times
}

function holdsVariable(value: ValueNode): boolean {
  let found = false
  visit(value, {
    Variable() {
      found = true
      return BREAK
    },
  })
  return found
}
