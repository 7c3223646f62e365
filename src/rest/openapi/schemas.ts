import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  Kind,
  parse,
  type SelectionSetNode,
} from 'postgraphile/graphql'
import { isoTime } from '../../graphql/schema/values/iso_formats.ts'
import { type Body, id, type JsonSchema, type Route } from '../route/route.ts'

/** Scalars as they are in JSON. */
const scalars: Record<string, JsonSchema> = {
  BigFloat: { type: 'string', pattern: '^-?[0-9]{1,12}([.][0-9]{1,6})?$' },
  BigInt: id,
  Boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date' },
  Datetime: { type: 'string', format: 'date-time' },
  Float: { type: 'number' },
  Int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  JSON: {},
  String: { type: 'string' },
  Time: { type: 'string', pattern: isoTime },
  UUID: { type: 'string', format: 'uuid' },
}

/** A whole number of eight bytes that identifies nothing: an amount of money in minor units. */
const wholeNumber: JsonSchema = { type: 'string', pattern: '^-?[0-9]{1,18}$' }

/** The schema of a scalar field. */
function scalarSchema(type: GraphQLInputType | GraphQLOutputType, field: string): JsonSchema {
  const { name } = getNamedType(type)
  if (name === 'BigInt' && !/^id$|Ids?$/.test(field)) return wholeNumber
  const scalar = scalars[name]
  if (!scalar) throw new Error(`no JSON schema for the type ${type}`)
  return scalar
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema.enum) return { ...schema, type: [schema.type, 'null'], enum: [...(schema.enum as string[]), null] }
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] }
  return schema.$ref ? { anyOf: [schema, { type: 'null' }] } : schema
}

const described = (schema: JsonSchema, description: string | null | undefined) =>
  description && !schema.$ref ? { ...schema, description } : schema

function inputSchema(type: GraphQLInputType, field: string): JsonSchema {
  if (isNonNullType(type)) return inputSchema(type.ofType, field)
  if (isListType(type)) return { type: 'array', items: inputSchema(type.ofType, field), maxItems: 1000 }
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map(({ name, type: of }) => [name, nullable(inputSchema(of, name))])
    return { type: 'object', properties: Object.fromEntries(fields), additionalProperties: false }
  }
  return scalarSchema(type, field)
}

/** The schema of a request's body: the fields of its GraphQL input type that the endpoint takes. */
export function bodySchema(schema: GraphQLSchema, { type, omit = [], require = [] }: Body): JsonSchema {
  const input = schema.getType(type)
  if (!isInputObjectType(input)) throw new Error(`${type} is no input type`)
  const fields = Object.values((input as GraphQLInputObjectType).getFields()).filter(
    ({ name }) => name !== 'clientMutationId' && !omit.includes(name),
  )
  const required = fields.filter((field) => isRequiredInputField(field) || require.includes(field.name))
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => {
        const value = inputSchema(field.type, field.name)
        return [field.name, described(isNonNullType(field.type) ? value : nullable(value), field.description)]
      }),
    ),
    // RFC 7396 allows an empty patch, but the database refuses one, since it changes nothing.
    ...(type.endsWith('Patch') && { minProperties: 1 }),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
    additionalProperties: false,
  }
}

/** The schema of a request's body as a separate document: the result of bodyOf() with the components it refers to. */
export function requestSchema(schema: GraphQLSchema, route: Route): JsonSchema {
  const answers = new AnswerSchemas(schema)
  return { ...bodyOf(schema, route, answers), components: { schemas: answers.components } }
}

/** The schema of a request's body: its own fields, and those of the answer if it may be what GET returned. */
export function bodyOf(schema: GraphQLSchema, route: Route, answers: AnswerSchemas): JsonSchema {
  if (!route.body) throw new Error(`${route.id} takes no body`)
  const own = bodySchema(schema, route.body)
  if (!route.body.returned) return own
  const name = String(answers.of(route)?.$ref).split('/').at(-1) ?? ''
  const returned = (answers.components[name] as { properties: Record<string, JsonSchema> }).properties
  const readOnly = Object.entries(returned).map(([field, value]) => [field, { ...value, readOnly: true }])
  return { ...own, properties: { ...Object.fromEntries(readOnly), ...(own.properties as object) } }
}

/** The schemas of responses, derived from the endpoints' documents. Schemas of fragments are collected by name. */
export class AnswerSchemas {
  readonly components: Record<string, JsonSchema> = {}
  readonly #schema: GraphQLSchema

  constructor(schema: GraphQLSchema) {
    this.#schema = schema
  }

  /** The schema of a route's successful response; undefined for a response without a body. */
  of(route: Route): JsonSchema | undefined {
    if (!route.answer) return undefined
    const document = parse(route.document)
    const fragments = new Map<string, FragmentDefinitionNode>()
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
    }
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${route.id} has no operation`)
    const root = this.#schema.getRootType(operation.operation)
    if (!root) throw new Error(`${route.id}: no such kind of operation`)

    const [path = ''] = route.answer.split('|')
    const plain = plainValue(root, path)
    if (plain) return listOf(this.#output(plain, undefined, fragments, path))
    const { type, selection } = follow(root, operation.selectionSet, path.split('.'))
    if (route.list === 'whole') return listOf(this.#object(type, selection, fragments))
    if (route.list) {
      const item = route.list === 'cursors' ? { type, selection } : follow(type, selection, ['nodes'])
      return pageOf(this.#object(item.type, item.selection, fragments, route.list === 'cursors' ? ['cursor'] : []))
    }
    const one = this.#object(type, selection, fragments)
    return route.constants ? this.#with(one, route.constants) : one
  }

  #with({ $ref }: JsonSchema, constants: Record<string, string>): JsonSchema {
    const component = this.components[String($ref).split('/').at(-1) ?? ''] as {
      properties: JsonSchema
      required: string[]
    }
    for (const [name, value] of Object.entries(constants)) {
      component.properties[name] = { type: 'string', const: value }
      if (!component.required.includes(name)) component.required.push(name)
    }
    return { $ref }
  }

  #object(
    type: GraphQLObjectType,
    selection: SelectionSetNode,
    fragments: Map<string, FragmentDefinitionNode>,
    without: string[] = [],
  ): JsonSchema {
    const [only] = selection.selections
    if (selection.selections.length === 1 && only?.kind === Kind.FRAGMENT_SPREAD) {
      const name = only.name.value
      const fragment = fragments.get(name)
      if (!fragment) throw new Error(`no fragment ${name}`)
      this.components[name] ??= this.#object(type, fragment.selectionSet, fragments, without)
      return { $ref: `#/components/schemas/${name}` }
    }
    const fields = selection.selections.filter(
      (node): node is FieldNode => node.kind === Kind.FIELD && !without.includes((node.alias ?? node.name).value),
    )
    const properties: Record<string, JsonSchema> = {}
    for (const field of fields) {
      const definition = type.getFields()[field.name.value]
      if (!definition) throw new Error(`${type} has no ${field.name.value}`)
      const value = this.#output(definition.type, field.selectionSet, fragments, field.name.value)
      properties[(field.alias ?? field.name).value] = described(
        isNonNullType(definition.type) ? value : nullable(value),
        definition.description,
      )
    }
    return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
  }

  #output(
    type: GraphQLOutputType,
    selection: SelectionSetNode | undefined,
    fragments: Map<string, FragmentDefinitionNode>,
    field: string,
  ): JsonSchema {
    const plain = getNullableType(type)
    if (isListType(plain)) {
      const item = this.#output(plain.ofType, selection, fragments, field)
      return { type: 'array', items: isNonNullType(plain.ofType) ? item : nullable(item) }
    }
    if (isEnumType(plain)) return { type: 'string', enum: plain.getValues().map(({ name }) => name) }
    if (isObjectType(plain) && selection) {
      const [only] = selection.selections
      // Like shape(): a connection becomes the array of its nodes, and a node with one object becomes that object.
      if (selection.selections.length === 1 && only?.kind === Kind.FIELD && only.name.value === 'nodes') {
        const node = follow(plain, selection, ['nodes'])
        const [inner, more] = node.selection.selections
        const leads = !more && inner?.kind === Kind.FIELD && inner.selectionSet
        const item = leads ? follow(node.type, node.selection, [inner.name.value]) : node
        return { type: 'array', items: this.#object(item.type, item.selection, fragments) }
      }
      return this.#object(plain, selection, fragments)
    }
    return scalarSchema(type, field)
  }
}

const listOf = (item: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { items: { type: 'array', items: item } },
  required: ['items'],
  additionalProperties: false,
})

function pageOf(item: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      items: { type: 'array', items: item },
      nextCursor: {
        type: ['string', 'null'],
        description: 'Pass it as `cursor` to get the next page; null on the last page.',
      },
    },
    required: ['items', 'nextCursor'],
    additionalProperties: false,
  }
}

/** The type of the values that a field lists, if they have no fields of their own; undefined for objects. */
function plainValue(type: GraphQLObjectType, name: string) {
  const field = type.getFields()[name]
  const value = field && getNamedType(field.type)
  return value && !isObjectType(value) ? value : undefined
}

/** Type and selection of a nested field; numbers in the path are positions in lists. */
function follow(type: GraphQLObjectType, selection: SelectionSetNode, path: string[]) {
  let at = { type, selection }
  for (const name of path.filter((step) => !/^[0-9]+$/.test(step))) {
    const node = at.selection.selections.find(
      (found): found is FieldNode => found.kind === Kind.FIELD && (found.alias ?? found.name).value === name,
    )
    const field = node && at.type.getFields()[node.name.value]
    const next = field && getNamedType(field.type)
    if (!node?.selectionSet || !isObjectType(next)) throw new Error(`no ${path.join('.')} in ${type}`)
    at = { type: next, selection: node.selectionSet }
  }
  return at
}
