import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { GraphQLSchema } from 'postgraphile/graphql'
import { defaultPageSize, maxPageSize } from '../graphql/schema/lists/lists.ts'
import { isIsoDate, isIsoDatetime, isUuid } from '../graphql/schema/values/iso_formats.ts'
import { bodySchema, requestSchema } from './openapi/schemas.ts'
import { type FieldFault, ProblemError } from './problem.ts'
import type { Input, JsonSchema, Route } from './route/route.ts'

/** Parameters of every list. */
export const pageParameters: Record<string, JsonSchema> = {
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: maxPageSize,
    default: defaultPageSize,
    description: 'Maximum number of items on a page.',
  },
  cursor: { type: 'string', minLength: 1, maxLength: 500, description: 'The `nextCursor` of the page before.' },
}

/** Query parameters that a route takes. */
export const parametersOf = ({ query, list, csv }: Route): Record<string, JsonSchema> => ({
  ...query,
  ...(list && list !== 'whole' && !csv && pageParameters),
})

/** Checks a request against the schemas that the OpenAPI document shows. Throws ProblemError naming every field at fault. */
export type Check = (
  query: URLSearchParams,
  body: unknown,
) => Pick<Input, 'query' | 'body' | 'returned' | 'first' | 'after'>

const strict = { allErrors: true, strictTypes: false, strictRequired: false } as const
// Query parameters are text; bodies have types.
const texts = new Ajv2020({ ...strict, coerceTypes: true, useDefaults: true })
const values = new Ajv2020(strict).addVocabulary(['components'])
for (const ajv of [texts, values]) {
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  // The library's own formats also accept a space instead of the T, an offset in hours only, and urn:uuid.
  ajv.addFormat('date', isIsoDate).addFormat('date-time', isIsoDatetime).addFormat('uuid', isUuid)
}

/**
 * The check of one route's requests. It is compiled when the first request needs it: compiling all of them was a quarter of the
 * work of a server's start.
 */
export function checkOf(route: Route, schema: GraphQLSchema): Check {
  let compiled: Check | undefined
  return (query, body) => {
    compiled ??= compile(route, schema)
    return compiled(query, body)
  }
}

function compile(route: Route, schema: GraphQLSchema): Check {
  const checkQuery = texts.compile({
    type: 'object',
    properties: parametersOf(route),
    required: route.needs ?? [],
    additionalProperties: false,
  })
  const ownNames = route.body ? Object.keys(bodySchema(schema, route.body).properties as object) : []
  const checkBody = route.body && values.compile(requestSchema(schema, route))

  return (search, body) => {
    const query = parametersIn(search)
    const faults = faultsOf(checkQuery, query, 'is not a parameter here')
    if (checkBody && (body !== undefined || !route.body?.optional)) {
      faults.push(...faultsOf(checkBody, body ?? {}, 'is not a field here'))
    }
    if (faults.length > 0) throw ProblemError.ofFields(faults)
    const { limit, cursor, ...parameters } = query
    return {
      query: parameters as Input['query'],
      ...fieldsOf(body, ownNames, route.body?.replaces ?? false),
      first: (limit as number | undefined) ?? (route.csv ? maxPageSize : defaultPageSize),
      after: cursor as string | undefined,
    }
  }
}

/** A parameter that is given several times is a list, which no schema accepts. */
function parametersIn(search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const all = search.getAll(name)
      return [name, all.length > 1 ? all : all[0]]
    }),
  )
}

/** The fields of a body that the endpoint takes, and those that only repeat what the resource has. */
function fieldsOf(body: unknown, ownNames: string[], replaces: boolean): Pick<Input, 'body' | 'returned'> {
  const fields = Object.entries((body ?? {}) as Record<string, unknown>)
  const isOwn = ([name]: [string, unknown]) => ownNames.includes(name)
  const absent = replaces ? ownNames.map((name) => [name, null]) : []
  return {
    body: Object.fromEntries([...absent, ...fields.filter(isOwn)]),
    returned: Object.fromEntries(fields.filter((field) => !isOwn(field))),
  }
}

function faultsOf(check: ValidateFunction, value: unknown, unknownField: string): FieldFault[] {
  if (check(value)) return []
  const faults = (check.errors ?? []).map(({ keyword, instancePath, params, message }: ErrorObject): FieldFault => {
    const field = instancePath.slice(1).replaceAll('/', '.')
    const inside = (name: string) => (field ? `${field}.${name}` : name)
    if (keyword === 'additionalProperties') return { field: inside(params.additionalProperty), message: unknownField }
    if (keyword === 'required') return { field: inside(params.missingProperty), message: 'is required' }
    if (keyword === 'enum')
      return { field, message: `must be one of ${params.allowedValues.filter(Boolean).join(', ')}` }
    return { field: field || 'body', message: message ?? 'is not valid' }
  })
  // One fault per field: `anyOf` reports one for each of its branches, and one more.
  return [...new Map(faults.map((fault) => [fault.field, fault])).values()]
}
