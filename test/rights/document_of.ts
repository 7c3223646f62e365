import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
} from 'postgraphile/graphql'

export const camel = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
export const isConnection = (type: { name: string }) => type.name.endsWith('Connection')

/** A value of SQL as a variable: enum constants are upper case in GraphQL. */
export const inGraphQL = (value: unknown, type: GraphQLInputType): unknown =>
  isEnumType(getNamedType(type)) && typeof value === 'string' ? value.toUpperCase() : value

/** A document that runs a query or mutation of a function, and its variables. */
export function documentOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  given: Record<string, unknown>,
) {
  const isMutation = schema.getMutationType()?.getFields()[field.name] === field
  const named = getNamedType(field.type)
  const selected = isLeafType(named)
    ? ''
    : isConnection(named)
      ? '{ nodes { __typename } }'
      : isMutation
        ? '{ clientMutationId }'
        : '{ __typename }'
  const camelGiven = Object.fromEntries(Object.entries(given).map(([name, value]) => [camel(name), value]))
  if (isMutation) {
    const input = getNamedType(field.args[0]?.type as GraphQLInputType) as GraphQLInputObjectType
    const values = Object.fromEntries(
      Object.entries(camelGiven).map(([name, value]) => {
        const argument = input.getFields()[name]
        if (!argument) throw new Error(`${field.name} takes no ${name}`)
        return [name, inGraphQL(value, argument.type)]
      }),
    )
    return {
      document: `mutation ($input: ${input.name}!) { ${field.name}(input: $input) ${selected} }`,
      variables: { input: values },
    }
  }
  const args = field.args.filter(({ name }) => name in camelGiven)
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ')
  return {
    document: `query ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selected} }`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, inGraphQL(camelGiven[name], type)])),
  }
}
