import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { isSafeError } from 'postgraphile/grafast'
import { parse } from 'postgraphile/graphql'
import type { ErrorCode } from '../database/error_codes.ts'
import type { Deadline } from '../deadline.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import { operationOf } from '../graphql/root_fields.ts'
import type { Unusable } from '../graphql/tokens.ts'
import { callerOf } from '../graphql/unusable_tokens.ts'
import { log } from '../log.ts'
import { canonical } from './canonical.ts'
import { type Answer, carryOut, type Key } from './carry_out.ts'
import { type Condition, conditionOf } from './conditional.ts'
import { locates } from './locate.ts'
import { openApi } from './openapi.ts'
import { invalidToken, Refused, type Told, tellProblem } from './problem.ts'
import { referenceDocuments } from './reference.ts'
import type { Route } from './route.ts'
import { routes } from './routes/index.ts'
import { type Check, checkOf } from './validate.ts'

/** Largest body of a request, bytes. */
const maxBody = 100_000
const json = 'application/json'
const mergePatch = 'application/merge-patch+json'
/** What may change a representation besides its address. */
const vary = 'Authorization'

interface Endpoint extends Route {
  /** What its document asks for. */
  operation: ReturnType<typeof operationOf>
  check: Check
}

/** The endpoints of one path, by method. */
interface Resource {
  pattern: RegExp
  methods: Map<string, Endpoint>
}

/**
 * The REST API, to be mounted at /api. Every document is checked against the schema now: throws an Error naming those
 * that do not fit.
 */
export function restRouter(graphql: GraphQLInstance, registry: Map<string, ErrorCode>): Router {
  checkDocuments(graphql)
  const resources = resourcesOf(graphql)
  const documents = referenceDocuments(openApi(graphql.schema, registry), registry)

  const handle: RequestHandler = async (request, response, next) => {
    let anonymous = request.get('authorization') === undefined
    let deadline: Deadline | undefined
    let unusable: Unusable | undefined
    try {
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const document = documents.get(request.path)
      const found = resources.find(({ pattern }) => pattern.test(request.path))
      if (!document && !found) throw Refused.as('not_found')
      const methods = found ? [...found.methods.keys()] : ['GET']
      if (!methods.includes(method)) {
        const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
        response.set('allow', allowed.sort().join(', '))
        if (method !== 'OPTIONS') throw Refused.as('method_not_allowed')
        response.status(204).end()
        return
      }
      if (document) return document(request, response, next)
      const endpoint = found?.methods.get(method)
      if (!found || !endpoint) throw Refused.as('not_found')
      const bearer = await graphql.tokens.bearerOf(request.get('authorization'))
      unusable = bearer.unusable
      const caller = callerOf(endpoint.operation, bearer)
      unusable = caller.unusable
      const claims = { ...caller.claims, from: graphql.addressOf(request) }
      anonymous = claims.sub === undefined && !unusable
      const body = await bodyOf(request, response, endpoint)
      deadline = graphql.deadlineOf(claims).follow(request.socket)
      const search = searchOf(request)
      const checked = endpoint.check(new URLSearchParams(search), body)
      const { rowVersion, ...returned } = checked.returned
      const input = {
        ...checked,
        path: { ...found.pattern.exec(request.path)?.groups },
        returned,
        rowVersion: undefined,
      }
      const answer = await carryOut(
        graphql,
        endpoint,
        input,
        { claims, unusable, requestId: request.id, deadline },
        {
          condition: condition(request, endpoint, rowVersion),
          keyed: claims.sub === undefined ? undefined : keyOf(request, checked),
        },
      )
      // The answer could be another with a token that is usable.
      if (unusable) response.set('www-authenticate', invalidToken)
      send(request, response, endpoint, answer)
    } catch (error) {
      refuse(request, response, unusable ? asUnauthenticated(error, unusable) : error, anonymous)
    } finally {
      deadline?.close()
    }
  }

  function refuse(request: Request, response: Response, error: unknown, anonymous: boolean): void {
    const refused =
      error instanceof Refused ? error : isSafeError(error as Error) ? new Refused(error as Told) : undefined
    if (!refused) log.error({ err: error, requestId: request.id }, 'unexpected error in a REST request')
    const { problem, headers } = tellProblem(
      registry,
      refused ?? Refused.as('internal_error', 'An unexpected error occurred'),
      { requestId: request.id, anonymous },
    )
    response.status(problem.status).set(headers).set('cache-control', 'no-store').type('application/problem+json')
    // Not send(), which makes an entity tag.
    response.end(JSON.stringify(problem))
  }

  return Router().use(handle)
}

/**
 * A refusal to a caller whose token is not usable: what is not found or not allowed without a token may be with one, so
 * the token is reported.
 */
function asUnauthenticated(error: unknown, { refusal }: Unusable): unknown {
  const code = error instanceof Refused ? error.told.extensions?.code : undefined
  return code && /_not_found$|^(not_found|forbidden|insufficient_privilege)$/.test(code) ? refusal : error
}

function checkDocuments(graphql: GraphQLInstance): void {
  const faults = [
    ...routes.map(({ id, document }) => [id, document]),
    ...Object.entries(locates).map(([name, { document }]) => [name, document]),
  ].flatMap(([name, document]) => graphql.check(document ?? '').map(({ message }) => `${name}: ${message}`))
  if (faults.length > 0) throw new Error(`documents of the REST API do not fit the schema:\n${faults.join('\n')}`)
}

function resourcesOf({ schema }: GraphQLInstance): Resource[] {
  const byPath = new Map<string, Resource>()
  for (const route of routes) {
    const pattern = route.path.replace(/\{(\w+)\}/g, '(?<$1>[0-9]{1,18})')
    const resource = byPath.get(pattern) ?? { pattern: new RegExp(`^${pattern}$`), methods: new Map() }
    byPath.set(pattern, resource)
    const operation = operationOf(parse(route.document))
    resource.methods.set(route.method, { ...route, operation, check: checkOf(route, schema) })
  }
  return [...byPath.values()]
}

/**
 * The request's body, undefined when it has none, which of one in chunks is known when they have come. Throws what is
 * wrong with it as a refusal.
 */
async function bodyOf(request: Request, response: Response, route: Route): Promise<unknown> {
  const length = request.get('content-length')
  const inChunks = request.get('transfer-encoding') !== undefined
  if (route.method === 'GET' || !(inChunks || Number(length))) return undefined
  const isJson = Boolean(request.is(route.method === 'PATCH' ? [json, mergePatch] : [json]))
  if (!isJson && !inChunks) throw Refused.as('unsupported_media_type')
  let isEmpty = false
  const read = express.json({
    limit: maxBody,
    type: () => true,
    verify: (_request, _response, bytes) => {
      isEmpty = bytes.length === 0
    },
  })
  const error = await new Promise<{ status?: number } | undefined>((resolve) => read(request, response, resolve))
  if (error?.status === 413) throw Refused.as('body_too_large')
  if (error?.status === 415 || !(isJson || isEmpty)) throw Refused.as('unsupported_media_type')
  if (error) throw Refused.as('bad_request', 'The body is not JSON.')
  if (isEmpty) return undefined
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw Refused.as('bad_request', 'The body must be a JSON object.')
  }
  return body
}

/**
 * What a change demands of the version of its row, by its headers and the rowVersion of its body. Throws Refused
 * bad_request where there is no version to compare with, since the caller relies on the comparison.
 */
function condition(request: Request, { method, versioned }: Route, rowVersion: unknown): Condition | undefined {
  if (method === 'GET') return undefined
  const [ifMatch, ifNoneMatch] = [request.get('if-match'), request.get('if-none-match')]
  if (versioned) return conditionOf({ ifMatch, ifNoneMatch, rowVersion: rowVersion as number | undefined })
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined
  throw Refused.as('bad_request', 'This request has no version that If-Match or If-None-Match could be compared with.')
}

/**
 * The request's Idempotency-Key, with what it asks for, whichever way it was written: members of objects and parameters
 * in any order, defaults given or left out.
 */
function keyOf(request: Request, { query, body, returned }: ReturnType<Check>): Key | undefined {
  const key = request.get('idempotency-key')
  return key === undefined
    ? undefined
    : { key, asked: [request.method, request.path, canonical([query, body, returned])] }
}

function send(request: Request, response: Response, route: Route, { status, headers, body, replayed }: Answer): void {
  response.status(status).set(headers).vary(vary)
  if (replayed) response.set('idempotency-replayed', 'true')
  // Kept by the caller alone, and asked for again each time, which an entity tag makes cheap.
  response.set('cache-control', route.secret ? 'no-store' : 'private, no-cache')
  if (route.list && route.method === 'GET') {
    const { nextCursor } = JSON.parse(body) as { nextCursor: string | null }
    if (nextCursor) response.set('link', nextLink(request, nextCursor))
  }
  // fetch() sends it with every If-None-Match, to the caches on the way; Express would then never answer 304.
  delete request.headers['cache-control']
  if (status === 204) response.end()
  else response.type(json).send(body)
}

function nextLink(request: Request, cursor: string): string {
  const search = new URLSearchParams(searchOf(request))
  search.set('cursor', cursor)
  return `<${request.baseUrl}${request.path}?${search}>; rel="next"`
}

/** The address from its question mark on. Not by URL, which throws for the strange things that an address may begin with. */
const searchOf = ({ originalUrl }: Request) => /\?.*/.exec(originalUrl)?.[0] ?? ''
