import type { GraphQLSchema } from 'postgraphile/graphql'
import type { ErrorCode } from '../../database/error_codes.ts'
import { type FileAnswer, id, type JsonSchema, type Route } from '../route/route.ts'
import { tags } from '../routes/index.ts'
import { parametersOf } from '../validate.ts'
import { AnswerSchemas, bodyOf } from './schemas.ts'

const problem: JsonSchema = {
  type: 'object',
  description: 'A refusal, in the format of RFC 9457.',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'The address at which this refusal is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence for people.' },
    code: {
      type: 'string',
      description: 'The refusal’s name, the same in GraphQL and SQL. Programs should use it to decide what to do.',
    },
    requestId: { type: 'string' },
    details: {
      type: 'object',
      description: 'Data for programs, such as the rows that still depend on a clinic.',
    },
    errors: {
      type: 'array',
      description: 'The invalid fields.',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
        required: ['field', 'message'],
        additionalProperties: false,
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  additionalProperties: false,
}

const description = `A booking backend for many clinics: the same operations, rights and refusals as the GraphQL API.

Ids are strings. Times of day are the clinic's clock, instants have an offset. Lists are pages: follow \`nextCursor\` or the \`Link\` header.
Sign in with \`POST /auth/token\` and send \`Authorization: Bearer <accessToken>\`.`

const isForEverybody = ({ rights }: Route) => rights.startsWith('Everybody')

function header(name: string, text: string, schema: JsonSchema) {
  return { name, in: 'header', description: text, required: false, schema }
}

/** Refusals of an endpoint: its own, and those of its kind. */
export function refusalsOf(route: Route): string[] {
  const changes = route.method !== 'GET'
  return [
    'bad_request',
    'unauthenticated',
    ...(isForEverybody(route) ? [] : ['forbidden', 'insufficient_privilege']),
    ...(route.notFound ? [route.notFound] : []),
    ...(route.versioned ? ['stale_row_version', 'precondition_failed'] : []),
    ...Object.values(route.mustExist ?? {}),
    ...(route.body
      ? [
          ...['body_too_large', 'unsupported_media_type', 'check_violation', 'not_null_violation'],
          ...['text_too_long', 'text_not_accepted'],
        ]
      : []),
    ...(changes && !route.secret ? ['idempotency_key_reused', 'serialization_failure', 'deadlock_detected'] : []),
    ...(route.errors ?? []),
  ]
}

/** The OpenAPI 3.1 document: the table of routes, typed by the GraphQL schema, with the refusals of the registry. */
export function openApi(schema: GraphQLSchema, registry: Map<string, ErrorCode>) {
  const answers = new AnswerSchemas(schema)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [tag, routes] of Object.entries(tags)) {
    for (const route of routes) {
      paths[route.path] ??= {}
      Object.assign(paths[route.path] as object, { [route.method.toLowerCase()]: operation(route, tag) })
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'medislot', version: '1', description },
    servers: [{ url: '/api' }],
    tags: Object.keys(tags).map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...answers.components, Problem: problem },
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }

  function operation(route: Route, tag: string) {
    const answer = route.file ? {} : route.csv ? { type: 'string' } : answers.of(route)
    const body = route.body && bodyOf(schema, route, answers)
    return {
      operationId: route.id,
      tags: [tag],
      summary: route.summary,
      description: `For: ${route.rights}`,
      security: isForEverybody(route) ? [{}, { accessToken: [] }] : [{ accessToken: [] }],
      parameters: parameters(route),
      ...(body && { requestBody: requestBody(route, body) }),
      responses: {
        [answer ? (route.status ?? 200) : 204]: success(route, answer),
        ...(route.method === 'GET' &&
          !route.csv && { 304: { description: 'The ETag in If-None-Match is that of the current version.' } }),
        ...refusals(route, registry),
        default: refusal('Any other refusal, or an internal error.'),
      },
    }
  }
}

function requestBody({ body, method }: Route, schema: JsonSchema) {
  const types = ['application/json', ...(method === 'PATCH' ? ['application/merge-patch+json'] : [])]
  return {
    required: !body?.optional,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  }
}

function success(route: Route, answer: JsonSchema | undefined) {
  if (!answer) return { description: 'Success, without a body' }
  const versioned = JSON.stringify(answer).includes('$ref') && !route.list && !route.secret
  if (route.file) return fileSuccess(route.file)
  const text = (description: string) => ({ description, schema: { type: 'string' } })
  return {
    description: 'Success',
    headers: {
      ...(versioned && { ETag: text('The row’s version and a digest.') }),
      ...(route.location && { Location: text('Where it is.') }),
      ...(route.csv && { 'Content-Disposition': text('The name of the file.') }),
      ...(route.list && route.method === 'GET' && !route.csv && { Link: text('rel="next": the next page.') }),
    },
    content: { [route.csv ? 'text/csv' : 'application/json']: { schema: answer } },
  }
}

/** The answer of an endpoint that sends a file. */
function fileSuccess({ type }: FileAnswer) {
  const headers = {
    ETag: { description: 'A digest of the data from which the file is made.', schema: { type: 'string' } },
    'Content-Disposition': { description: 'The name of the file.', schema: { type: 'string' } },
  }
  return { description: 'Success', headers, content: { [type]: { schema: { type: 'string', format: 'binary' } } } }
}

const ifMatch = header(
  'If-Match',
  'ETags of the version that the caller has read. If the resource has changed since, the request is refused (412).',
  {
    type: 'string',
  },
)
const ifNoneMatch = header(
  'If-None-Match',
  'ETags that the resource must not have, or `*` for any. If it has one of them, the request is refused (412).',
  { type: 'string' },
)
const ifChanged = header(
  'If-None-Match',
  'The ETag of a stored answer. If the resource has not changed since, the answer is 304, without a body.',
  { type: 'string' },
)
const idempotencyKey = header(
  'Idempotency-Key',
  'A key that the caller chooses. Repeating the request with it changes nothing and gets the same answer.',
  { type: 'string', minLength: 1, maxLength: 200 },
)

function parameters(route: Route) {
  const changes = route.method !== 'GET'
  return [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: id })),
    ...Object.entries(parametersOf(route)).map(([name, { description: text, ...type }]) => ({
      name,
      in: 'query',
      required: route.needs?.includes(name) ?? false,
      ...(text !== undefined && { description: text }),
      schema: type,
    })),
    ...(route.versioned ? [ifMatch, ifNoneMatch] : []),
    ...(changes && !route.secret ? [idempotencyKey] : []),
    ...(changes || route.csv ? [] : [ifChanged]),
  ]
}

function refusals(route: Route, registry: Map<string, ErrorCode>) {
  const byStatus = new Map<number, string[]>()
  for (const name of new Set(refusalsOf(route))) {
    // A database of the previous release lacks some of them, and is served nevertheless.
    const status = registry.get(name)?.httpStatus
    if (!status) continue
    byStatus.set(status, [...(byStatus.get(status) ?? []), name])
  }
  return Object.fromEntries([...byStatus].map(([status, names]) => [status, refusal(names.join(', '))]))
}

const refusal = (text: string) => ({
  description: text,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})
