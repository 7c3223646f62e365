import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'postgraphile/graphql'
import type { Route } from '../../src/rest/route/route.ts'

let schema: GraphQLSchema | undefined

/** The API's schema, from schema.graphql, which is what the server has (test/repo/docs/schema_graphql.test.ts). */
export function committedSchema(): GraphQLSchema {
  schema ??= buildSchema(readFileSync('schema.graphql', 'utf8'))
  return schema
}

const scalars: Record<string, unknown> = {
  BigInt: '987654321987',
  Int: 1,
  Boolean: true,
  Time: '09:00',
  Date: '2031-01-01',
  Datetime: '2031-01-01T00:00:00Z',
}

/** A minimal value of a type; its ids belong to no row. For a patch, which requires nothing, one field. */
export function exampleOf(type: GraphQLInputType): unknown {
  const given = getNullableType(type)
  if (isListType(given)) return []
  if (isEnumType(given)) return given.getValues()[0]?.name
  if (!isInputObjectType(given)) return scalars[given.name] ?? 'text'
  const fields = Object.values(given.getFields())
  const [first] = fields
  const asked = fields.filter((field) => isNonNullType(field.type))
  return {
    ...(given.name.endsWith('Patch') && first && { [first.name]: null }),
    ...Object.fromEntries(asked.map((field) => [field.name, exampleOf(field.type)])),
  }
}

/** A body that an endpoint accepts, or undefined if it accepts none. */
export function bodyFor({ body }: Route, schema: GraphQLSchema): Record<string, unknown> | undefined {
  const type = body && schema.getType(body.type)
  if (!body || !isInputObjectType(type)) return undefined
  const given = exampleOf(type) as Record<string, unknown>
  for (const name of body.omit ?? []) delete given[name]
  for (const name of body.require ?? []) given[name] ??= null
  return given
}
