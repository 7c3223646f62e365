import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { isSafeError } from 'postgraphile/grafast'
import {
  type DocumentNode,
  FieldsOnCorrectTypeRule,
  type GraphQLSchema,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  ProvidedRequiredArgumentsRule,
  parse,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  VariablesInAllowedPositionRule,
  validate,
} from 'postgraphile/graphql'
import type { ErrorCode } from '../database/error_codes.ts'
import type { Shard } from '../database/shards.ts'
import type { KeyOfAnswer } from '../graphql/catalogue.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import { operationOf } from '../graphql/root_fields.ts'
import { callerOf } from '../graphql/unusable_tokens.ts'
import { log } from '../process/log.ts'
import { describeSpan, noteRefusal } from '../process/tracing.ts'
import type { Deadline } from '../request/deadline.ts'
import { Positions, positionHeader } from '../request/positions.ts'
import type { Unusable } from '../request/tokens.ts'
import { canonical } from './canonical.ts'
import { type Condition, conditionOf } from './conditional.ts'
import { sendCsv } from './csv.ts'
import { type Answer, type Caller, execute, type Key, rowOf, shardOfMovedRow } from './execute.ts'
import { openApi } from './openapi/openapi.ts'
import { referenceDocuments } from './openapi/reference.ts'
import { type FormattedError, formatProblem, invalidToken, ProblemError } from './problem.ts'
import type { Csv, Input, Route } from './route/route.ts'
import { routes } from './routes/index.ts'
import { sendFile } from './send_file.ts'
import { type Check, checkOf } from './validate.ts'

/** Maximum body of a request, bytes. */
const maxBody = 100_000
const json = 'application/json'
const mergePatch = 'application/merge-patch+json'
/** The request header on which representations depend. */
const vary = 'Authorization'

interface Endpoint extends Route {
  parsed: DocumentNode
  /** Kind and root fields of its document. */
  operation: ReturnType<typeof operationOf>
  check: Check
  /** How its answers are cached for anonymous callers; undefined if they are not. */
  cacheKey: KeyOfAnswer | undefined
}

/** The endpoints of one path, by method. */
interface Resource {
  pattern: RegExp
  methods: Map<string, Endpoint>
}

/** A request to an endpoint that is being answered. */
interface Exchange {
  graphql: GraphQLInstance
  request: Request
  response: Response
  endpoint: Endpoint
}

/** Answers a request with a refusal. For `anonymous` callers, the response says that signing in may help. */
type Refuse = (request: Request, response: Response, error: unknown, anonymous: boolean) => void

/**
 * The REST API, to be mounted at /api. Every document is checked against the schema now: throws an Error naming those
 * that do not fit.
 */
export function restRouter(graphql: GraphQLInstance, registry: Map<string, ErrorCode>): Router {
  const resources = resourcesOf(graphql)
  checkDocuments(graphql.schema, resources)
  const documents = referenceDocuments(openApi(graphql.schema, registry), registry)
  const refuse = refusing(registry)

  const handle: RequestHandler = async (request, response, next) => {
    const document = documents.get(request.path)
    const resource = resources.find(({ pattern }) => pattern.test(request.path))
    const anonymous = request.get('authorization') === undefined
    try {
      if (!document && !resource) throw ProblemError.of('not_found')
      const methods = resource ? [...resource.methods.keys()] : ['GET']
      const method = methodOf(request)
      if (!methods.includes(method)) return refuseMethod(methods, request, response)
      if (document) return document(request, response, next)
      const endpoint = resource?.methods.get(method)
      if (!resource || !endpoint) throw ProblemError.of('not_found')
      await answer({ graphql, request, response, endpoint }, resource, refuse)
    } catch (error) {
      refuse(request, response, error, anonymous)
    }
  }
  return Router().use(handle)
}

function refusing(registry: Map<string, ErrorCode>): Refuse {
  return (request, response, error, anonymous) => {
    const refused = problemErrorOf(error)
    if (!refused) log.error({ err: error, requestId: request.id }, 'unexpected error in a REST request')
    const { problem, headers } = formatProblem(
      registry,
      refused ?? ProblemError.of('internal_error', 'An unexpected error occurred'),
      { requestId: request.id, anonymous },
    )
    noteRefusal(problem.code)
    response.status(problem.status).set(headers).set('cache-control', 'no-store').type('application/problem+json')
    // Not send(), which would add an entity tag.
    response.end(JSON.stringify(problem))
  }
}

/** Answers a request to an endpoint, with success or a refusal. Throws the refusal of an invalid access token. */
async function answer(exchange: Exchange, { pattern }: Resource, refuse: Refuse): Promise<void> {
  const { graphql, request, response, endpoint } = exchange
  describeSpan({ 'http.route': `/api${endpoint.path}` }, `${endpoint.method} /api${endpoint.path}`)
  const bearer = callerOf(endpoint.operation, await graphql.tokens.bearerOf(request.get('authorization')))
  const { unusable } = bearer
  const claims = { ...bearer.claims, from: graphql.addressOf(request) }
  let deadline: Deadline | undefined
  try {
    const body = await bodyOf(request, response, endpoint)
    deadline = graphql.deadlineOf(claims).follow(request.socket)
    const checked = endpoint.check(new URLSearchParams(searchOf(request)), body)
    const seen = new Positions(request.headers[positionHeader])
    const caller = {
      claims,
      unusable,
      requestId: request.id,
      deadline,
      seen,
      position: seen.position,
      reportPosition: (...change: [position: number, database: number]) =>
        response.set(positionHeader, seen.headerWith(...change)),
      shard: undefined,
    }
    await run(exchange, { ...pattern.exec(request.path)?.groups }, checked, caller)
  } catch (error) {
    const anonymous = claims.sub === undefined && !unusable
    refuse(request, response, unusable ? asUnauthenticated(error, unusable) : error, anonymous)
  } finally {
    deadline?.close()
  }
}

/** Runs a checked request, or takes its answer from the cache, and sends the answer. */
async function run(exchange: Exchange, path: Input['path'], checked: ReturnType<Check>, from: Caller): Promise<void> {
  const { graphql, request, endpoint } = exchange
  const { rowVersion, ...returned } = checked.returned
  const input = { ...checked, path, returned, rowVersion: undefined }
  const caller = { ...from, shard: await shardOf(graphql, endpoint, input, from) }
  const isSignedIn = from.claims.sub !== undefined
  const make = (position: number | undefined) =>
    execute(
      graphql,
      endpoint,
      { ...input },
      { ...caller, position },
      {
        condition: condition(request, endpoint, rowVersion),
        keyed: isSignedIn ? keyOf(request, checked) : undefined,
      },
    )
  const key = isSignedIn || from.unusable ? undefined : cacheKeyOf(request, endpoint, input)
  const given = graphql.cache && key ? await graphql.cache.get(key, from.position, make) : await make(from.position)
  await reply(exchange, given, input, caller)
}

async function reply(exchange: Exchange, given: Answer, input: Input, caller: Caller): Promise<void> {
  const { request, response, endpoint } = exchange
  // With a valid token the answer might differ.
  if (caller.unusable) response.set('www-authenticate', invalidToken)
  if (endpoint.csv) await sendPages(exchange, given, input, caller)
  else await send(request, response, endpoint, given)
}

/** Sends a list as a file. Its first page is there, so that a refusal is still a problem document. */
async function sendPages(exchange: Exchange, first: Answer, input: Input, caller: Caller): Promise<void> {
  const { graphql, request, response, endpoint } = exchange
  response.vary(vary).set('cache-control', 'private, no-cache')
  const next = async (after: string) => {
    // Each page has the time of a request: a file may take as long as the caller needs to receive it.
    const deadline = graphql.deadlineOf(caller.claims).follow(request.socket)
    try {
      return await execute(graphql, endpoint, { ...input, after }, { ...caller, deadline })
    } finally {
      deadline.close()
    }
  }
  try {
    await sendCsv(response, endpoint.csv as Csv, first, next)
  } catch (error) {
    // The response had begun and was broken off. It is not an error of the server if the caller has disconnected.
    if ((error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE') return
    log.warn({ err: error, requestId: request.id }, 'a file was not sent completely')
  }
}

/** HEAD is answered as GET is, without the body. */
const methodOf = ({ method }: Request) => (method === 'HEAD' ? 'GET' : method)

/** Answers OPTIONS; refuses a method that the resource does not have. */
function refuseMethod(methods: string[], request: Request, response: Response): void {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
  response.set('allow', allowed.sort().join(', '))
  if (request.method !== 'OPTIONS') throw ProblemError.of('method_not_allowed')
  response.status(204).end()
}

/** The refusal that an error is; undefined for an unexpected error. */
function problemErrorOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error
  return isSafeError(error as Error) ? new ProblemError(error as FormattedError) : undefined
}

/**
 * The refusal for a caller with an unusable token: what is not found or not allowed without a token may be with a valid
 * one, so the token is reported instead.
 */
function asUnauthenticated(error: unknown, { refusal }: Unusable): unknown {
  const code = error instanceof ProblemError ? error.error.extensions?.code : undefined
  return code && /_not_found$|^(not_found|forbidden|insufficient_privilege|clinic_needed)$/.test(code) ? refusal : error
}

/** The rules that compare a document with the schema. Its form and the limits are checked by its first request. */
const fitting = [
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  VariablesInAllowedPositionRule,
]

function checkDocuments(schema: GraphQLSchema, resources: Resource[]): void {
  const endpoints = resources.flatMap(({ methods }) => [...methods.values()])
  const faults = endpoints.flatMap(({ id, parsed }) =>
    validate(schema, parsed, fitting).map(({ message }) => `${id}: ${message}`),
  )
  if (faults.length > 0) throw new Error(`documents of the REST API do not fit the schema:\n${faults.join('\n')}`)
}

function resourcesOf({ schema, catalogueKey }: GraphQLInstance): Resource[] {
  const byPath = new Map<string, Resource>()
  for (const route of routes) {
    const pattern = route.path.replace(/\{(\w+)\}/g, '(?<$1>[0-9]{1,18})')
    const resource = byPath.get(pattern) ?? { pattern: new RegExp(`^${pattern}$`), methods: new Map() }
    byPath.set(pattern, resource)
    const parsed = parse(route.document)
    const operation = operationOf(parsed)
    const cacheKey = route.method === 'GET' ? catalogueKey(route.document) : undefined
    resource.methods.set(route.method, { ...route, parsed, operation, check: checkOf(route, schema), cacheKey })
  }
  return [...byPath.values()]
}

/**
 * The request's body; undefined when there is none, which for a chunked body is known only at its end. Throws
 * ProblemError for an invalid body.
 */
async function bodyOf(request: Request, response: Response, route: Route): Promise<unknown> {
  const length = request.get('content-length')
  const inChunks = request.get('transfer-encoding') !== undefined
  if (route.method === 'GET' || !(inChunks || Number(length))) return undefined
  const isJson = Boolean(request.is(route.method === 'PATCH' ? [json, mergePatch] : [json]))
  if (!isJson && !inChunks) throw ProblemError.of('unsupported_media_type')
  let isEmpty = false
  const read = express.json({
    limit: maxBody,
    type: () => true,
    verify: (_request, _response, bytes) => {
      isEmpty = bytes.length === 0
    },
  })
  const error = await new Promise<{ status?: number } | undefined>((resolve) => read(request, response, resolve))
  if (error?.status === 413) throw ProblemError.of('body_too_large')
  if (error?.status === 415 || !(isJson || isEmpty)) throw ProblemError.of('unsupported_media_type')
  if (error) throw ProblemError.of('bad_request', 'The body is not JSON.')
  if (isEmpty) return undefined
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw ProblemError.of('bad_request', 'The body must be a JSON object.')
  }
  return body
}

/**
 * The condition of a change on the version of its row, from its headers and the rowVersion of its body. Throws
 * ProblemError bad_request when the resource has no version to compare with, since the caller relies on the comparison.
 */
function condition(request: Request, { method, versioned }: Route, rowVersion: unknown): Condition | undefined {
  if (method === 'GET') return undefined
  const [ifMatch, ifNoneMatch] = [request.get('if-match'), request.get('if-none-match')]
  if (versioned) return conditionOf({ ifMatch, ifNoneMatch, rowVersion: rowVersion as number | undefined })
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined
  throw ProblemError.of(
    'bad_request',
    'This request has no version that If-Match or If-None-Match could be compared with.',
  )
}

/**
 * The request's Idempotency-Key, and what it asks for in a canonical form, which does not depend on the order of
 * members and parameters, nor on whether defaults are given.
 */
function keyOf(request: Request, { query, body, returned }: ReturnType<Check>): Key | undefined {
  const key = request.get('idempotency-key')
  return key === undefined
    ? undefined
    : { key, asked: [request.method, request.path, canonical([query, body, returned])] }
}

/**
 * The shard with what a request is about; undefined for the global database. Throws Refusal `several_databases` and
 * `clinic_needed`.
 */
async function shardOf(
  graphql: GraphQLInstance,
  endpoint: Endpoint,
  input: Input,
  caller: Caller,
): Promise<Shard | undefined> {
  const { routing } = graphql
  if (!routing) return undefined
  // The clinic that the address leaves out is looked up later, in the shard that the other ids name.
  const variables = endpoint.variables(input)
  const isOfCatalogue = endpoint.cacheKey?.(variables) !== undefined
  const isAnonymous = caller.claims.sub === undefined
  if (isAnonymous && isOfCatalogue) return undefined
  const operation = { document: endpoint.parsed, variables }
  return (
    routing.shardOf(operation, { isAnonymous, isOfCatalogue: () => isOfCatalogue }) ??
    (await routing.shardOfCheckout(operation, caller)) ??
    (rowOf(endpoint, input) === undefined
      ? routing.shardOfCaller(operation, caller)
      : shardOfMovedRow({ graphql, route: endpoint, caller }, routing, input))
  )
}

/** The key of the answer in the cache; undefined if it is not to be cached. */
function cacheKeyOf({ path }: Request, endpoint: Endpoint, input: Input): string | undefined {
  // The clinic that the address leaves out is looked up later; it has no influence on whether the answer is cached.
  const isOfCatalogue = endpoint.cacheKey?.(endpoint.variables({ ...input, located: '0' }))
  return isOfCatalogue && canonical([endpoint.id, path, input.query, input.first, input.after])
}

async function send(request: Request, response: Response, route: Route, given: Answer): Promise<void> {
  const { status, headers, body, replayed, nextCursor } = given
  response.status(status).set(headers).vary(vary)
  if (replayed) response.set('idempotency-replayed', 'true')
  // Only the caller may store it, and has to revalidate it each time, which an entity tag makes cheap.
  response.set('cache-control', route.secret ? 'no-store' : 'private, no-cache')
  if (nextCursor) response.set('link', nextLink(request, nextCursor))
  // fetch() sends `cache-control: no-cache` with every If-None-Match, with which Express would never answer 304.
  delete request.headers['cache-control']
  if (route.file) await sendFile(request, response, route.file, given)
  else if (status === 204) response.end()
  else response.type(json).send(body)
}

function nextLink(request: Request, cursor: string): string {
  const search = new URLSearchParams(searchOf(request))
  search.set('cursor', cursor)
  return `<${request.baseUrl}${request.path}?${search}>; rel="next"`
}

/** The query string with its question mark. Not by new URL(), which throws for some malformed paths. */
const searchOf = ({ originalUrl }: Request) => /\?.*/.exec(originalUrl)?.[0] ?? ''
