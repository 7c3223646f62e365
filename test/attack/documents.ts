import fc from 'fast-check'
import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { anything, badInteger, badNumber, badText, badTime, pick, rarely } from './values.ts'

/** The body of a GraphQL request. */
export interface GraphQLRequest {
  query: string
  variables?: Record<string, unknown>
  operationName?: string
}

/** The state of generating a document: the random source, the schema, ids of existing rows, and the parts so far. */
interface Maker {
  g: fc.GeneratorValue
  schema: GraphQLSchema
  ids: string[]
  variables: { name: string; type: string; value: unknown }[]
  fragments: string[]
  /** How many more fields may be selected, so that every document ends. */
  left: number
  /** Half of the documents are valid, so that some reach the database. */
  sound: boolean
}

/** An error in one of the given number of places of a document that should be invalid. */
const fault = ({ g, sound }: Maker, n: number) => !sound && g(rarely, n)

// Without mutations that sign out or close the account, after which the attack would end.
const leftOut = new Set(['signOut', 'removeCustomer', 'changePassword', 'eraseCustomer'])

/** A document generated from the schema, with errors of every kind in some places. */
export function aRequest(g: fc.GeneratorValue, schema: GraphQLSchema, ids: string[]): GraphQLRequest {
  const maker: Maker = { g, schema, ids, variables: [], fragments: [], left: 60, sound: g(fc.boolean) }
  const kind = pick(g, ['query', 'query', 'mutation', 'mutation', 'subscription'])
  const root = schema.getRootType(kind as never)
  const selection = root ? selectionOf(maker, root, 0) : '{ __typename }'
  const declared = maker.variables.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const operation = `${kind} A${declared && `(${declared})`} ${directive(maker)}${selection}`
  const second = fault(maker, 15) ? 'query B { __typename }' : ''
  return {
    query: [operation, second, ...maker.fragments].join('\n'),
    variables: Object.fromEntries(maker.variables.map(({ name, value }) => [name, value])),
    ...((second || fault(maker, 20)) && { operationName: pick(g, ['A', 'B', 'C', '']) }),
  }
}

function selectionOf(maker: Maker, type: GraphQLNamedType, depth: number): string {
  const { g } = maker
  if (!isObjectType(type)) return ''
  const fields = Object.values(type.getFields()).filter(({ name }) => !leftOut.has(name))
  const parts: string[] = []
  const taken = new Set<string>()
  const wanted = 1 + g(fc.nat, 3)
  for (let i = 0; i < wanted && maker.left > 0; i++) {
    maker.left--
    const field = pick(g, fields)
    if (maker.sound && taken.has(field.name)) continue
    taken.add(field.name)
    parts.push(...fieldOf(maker, field, depth))
  }
  parts.push(...mischief(maker, type))
  return `{ ${parts.join(' ') || '__typename'} }`
}

/** A field with its arguments and selection, sometimes twice; none that has a selection too deep inside others. */
function fieldOf(maker: Maker, field: GraphQLField<unknown, unknown>, depth: number): string[] {
  const inner = getNamedType(field.type)
  const isLeaf = isLeafType(inner)
  if (!isLeaf && depth > 8) return []
  const alias = fault(maker, 15) ? `${pick(maker.g, ['a', 'b', 'id', '__x'])}: ` : ''
  const text = `${alias}${field.name}${argumentsOf(maker, field)} ${directive(maker)}${isLeaf ? '' : selectionOf(maker, inner, depth + 1)}`
  return fault(maker, 10) ? [text, text] : [text]
}

/** Requests that no real client sends: bombs, cycles, unknown names. */
function mischief(maker: Maker, { name }: GraphQLNamedType): string[] {
  const { g } = maker
  if (!fault(maker, 60)) return []
  const n = maker.fragments.length
  switch (g(fc.nat, 9)) {
    case 0:
      maker.fragments.push(`fragment f${n} on ${name} { __typename ...f${n} }`)
      return [`...f${n}`]
    case 1:
      maker.fragments.push(
        `fragment f${n} on ${name} { ...f${n + 1} ...f${n + 1} }`,
        `fragment f${n + 1} on ${name} { __typename }`,
      )
      return [`...f${n}`]
    case 2:
      return [`... on ${pick(g, ['Clinic', 'Query', 'Nothing', 'String'])} { __typename }`]
    case 3:
      return Array.from({ length: 1 + g(fc.nat, 400) }, (_, i) => `a${i}: __typename`)
    case 4:
      return Array(1 + g(fc.nat, 1500)).fill('__typename')
    case 5:
      return ['__schema { types { fields { type { fields { type { fields { type { name } } } } } } } }']
    case 6:
      return [`...f${n + 7}`]
    case 7:
      return ['{ '.repeat(g(fc.nat, 5000))]
    case 8:
      return [JSON.stringify(g(() => badText)), '"""', '\u0000', '#'].slice(g(fc.nat, 3))
    default:
      return [g(fc.string, { unit: 'grapheme', maxLength: 30 })]
  }
}

/** A valid introspection query, in one of its possible forms. */
export function anIntrospection(g: fc.GeneratorValue): string {
  const fragments: string[] = []
  const condition = () => pick(g, ['', '', '@include(if: true) ', '@skip(if: true) '])
  const name = pick(g, ['', 'id: ', '__typename: '])
  const field = pick(g, ['__schema { types', '__type(name: "Clinic") { fields'])
  let asked = `${name}${field} ${condition()}{ name } }`
  for (let n = g(fc.nat, 5); n > 0; n--) {
    switch (g(fc.nat, 3)) {
      case 0:
        asked = `... ${condition()}{ ${asked} }`
        break
      case 1:
        asked = `... on Query ${condition()}{ ${asked} }`
        break
      case 2:
        asked = `clinics { totalCount } ${asked} ${asked}`
        break
      default:
        fragments.push(`fragment f${n} on Query { ${asked} }`)
        asked = `...f${n} ${condition()}`
    }
  }
  const operations = [
    `{ ${asked} }`,
    `query A { clinics { totalCount } } query B { ${asked} }`,
    `mutation { signOut(input: {}) { query { ${asked} } } }`,
  ]
  return [pick(g, operations), ...fragments].join('\n')
}

const directives = [
  '@skip(if: true)',
  '@include(if: false)',
  '@skip',
  '@include(if: "x")',
  '@skip(if: $no)',
  '@nothing',
  '@deprecated',
  '@skip(if: false) '.repeat(50),
]

function directive(maker: Maker): string {
  if (!fault(maker, 40)) return ''
  return `${pick(maker.g, directives)} `
}

function argumentsOf(maker: Maker, field: GraphQLField<unknown, unknown>): string {
  const { g } = maker
  const given = field.args.flatMap(({ name, type }) => {
    if (!isNonNullType(type) && !g(rarely, 3)) return []
    const value = valueFor(maker, type, 0)
    if (g(fc.boolean)) return [`${name}: ${literal(value)}`]
    const variable = `v${maker.variables.length}`
    maker.variables.push({ name: variable, type: fault(maker, 40) ? 'String' : String(type), value })
    return [`${name}: $${variable}`]
  })
  if (fault(maker, 80)) given.push('nothing: 1')
  return given.length > 0 ? `(${given.join(', ')})` : ''
}

function valueFor(maker: Maker, type: GraphQLInputType, depth: number): unknown {
  const { g } = maker
  if (fault(maker, 25)) return g(() => anything)
  if (isNonNullType(type)) return valueFor(maker, type.ofType, depth)
  if (isListType(type)) {
    const one = () => valueFor(maker, type.ofType, depth + 1)
    return depth === 0 && g(rarely, 30) ? Array(2000).fill(one()) : Array.from({ length: g(fc.nat, 3) }, one)
  }
  if (isEnumType(type)) return new Name(pick(g, type.getValues()).name)
  return isInputObjectType(type) ? objectFor(maker, type, depth) : scalarFor(maker, type.name)
}

function objectFor(maker: Maker, type: GraphQLInputObjectType, depth: number): object {
  const { g } = maker
  const fields = Object.values(type.getFields())
  const required = fields.filter((field) => isNonNullType(field.type))
  const others = depth < 5 && fields.length > 0 ? Array.from({ length: g(fc.nat, 2) }, () => pick(g, fields)) : []
  return Object.fromEntries(
    [...required, ...others].map((field) => [field.name, valueFor(maker, field.type, depth + 1)]),
  )
}

function scalarFor(maker: Maker, name: string): unknown {
  const { g } = maker
  switch (name) {
    case 'BigInt':
      return g(rarely, 4) ? g(() => badInteger) : pick(g, maker.ids)
    case 'Int':
      return fault(maker, 4) ? g(() => badNumber) : g(fc.nat, 9)
    case 'Float':
      return g(() => badNumber)
    case 'Boolean':
      return g(fc.boolean)
    case 'Interval':
      return { [pick(g, ['seconds', 'minutes', 'days', 'years'])]: g(() => badNumber) }
    case 'Date':
    case 'Datetime':
    case 'Time':
      return g(() => badTime)
    default:
      return g(() => badText)
  }
}

/** A name in the document, or a string in its variables. */
class Name extends String {
  toJSON() {
    return this.valueOf()
  }
}

function literal(value: unknown): string {
  if (value instanceof Name) return value.valueOf()
  if (Array.isArray(value)) return `[${value.map(literal).join(' ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, field]) => `${name}: ${literal(field)}`)
      .join(', ')} }`
  }
  return JSON.stringify(value)
}
