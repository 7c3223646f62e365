import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import { SafeError } from 'postgraphile/grafast'
import type { ExecutionConfig, Result } from 'postgraphile/grafserv'
import { GraphQLError } from 'postgraphile/graphql'
import type { Deadline } from '../request/deadline.ts'
import { Positions, positionHeader } from '../request/positions.ts'
import { Refusal } from '../request/refusal.ts'
import type { RequestTransaction } from '../request/shared_transaction.ts'
import type { Bearer, Claims, Tokens, Unusable } from '../request/tokens.ts'
import { type Errors, retryAfter } from './errors.ts'
import type { Operations } from './operations.ts'
import { refusePersistedQuery, type TrustedDocuments, trustedText } from './trusted_documents.ts'

/** The path of the API. */
export const graphqlPath = '/graphql'

declare global {
  namespace Grafast {
    interface RequestContext {
      /** The claims of the verified token; `{}` for an anonymous caller. */
      claims: Claims
      /** Why the token that was sent is not usable. Whether that is an error depends on the operation. */
      unusable?: Unusable | undefined
      /** Identifies the request in the log. */
      requestId: string
      /** The transaction of a caller in this process, which the caller ends. */
      transaction?: RequestTransaction
      /** When to abort. The code that sets it closes it; by default the operation has its own. */
      deadline?: Deadline
      /** The position that a query has to see at least; undefined if only the primary may serve it. */
      position?: number | undefined
      /** What the caller has seen in all databases of an installation. */
      seen?: Positions | undefined
      /** Called with the position of a change, and the number of its database, if there are copies. */
      reportPosition?: ((position: number, database: number) => void) | undefined
    }
  }
}

/** What the plugin needs and what exists only after the schema has been built. */
export interface Serving {
  operations: Operations
  /** Undefined: any document may run. */
  trusted: TrustedDocuments | undefined
}

/**
 * What the server adds to Grafserv: it checks who calls before anything runs, accepts only trusted documents if there
 * is a manifest, replaces Grafserv's operations by ours, and gives every error a code, including Grafserv's own errors.
 */
export function makeServingPlugin(
  tokens: Tokens,
  { formatError, statusOf }: Errors,
  serving: () => Serving,
  addressOf: (request: IncomingMessage) => string,
): GraphileConfig.Plugin {
  async function bearerOf(request: Partial<Grafast.RequestContext>): Promise<Bearer> {
    try {
      const caller = request.node?.req ?? request.ws?.request
      const { claims, unusable } = await tokens.bearerOf(authorizationOf(request))
      return {
        claims: { ...claims, ...(caller && { from: addressOf(caller as IncomingMessage) }) },
        ...(unusable && { unusable }),
      }
    } catch (error) {
      if (error instanceof Refusal) throw error
      // The keys of the external issuer are not available.
      const { message, extensions } = formatError(
        new GraphQLError('', { originalError: error as Error }),
        request.requestId ?? '',
      )
      // Grafserv reads the status from here. A WebSocket has none.
      throw new SafeError(message, { ...extensions, ...(request.http && { statusCode: 503 }) })
    }
  }

  return {
    name: 'MedislotServingPlugin',
    grafserv: {
      middleware: {
        setPreset(next, event) {
          const theirs = event.getExecutionConfig
          event.getExecutionConfig = async function (request): Promise<ExecutionConfig> {
            request.requestId = requestIdOf(request)
            Object.assign(request, positions(request), await bearerOf(request))
            return { ...(await theirs.call(this, request)), ...serving().operations }
          }
          return next()
        },
        processGraphQLRequestBody(next, { body }) {
          const { trusted } = serving()
          if (trusted) body.query = trustedText(trusted, body)
          else refusePersistedQuery(body)
          return next()
        },
        async processRequest(next, { requestDigest }) {
          requestDigest.preferJSON = true
          const { req } = (requestDigest.requestContext as Partial<Grafast.RequestContext>).node ?? {}
          if (req) requestDigest.headers.accept = mediaTypeFor(req as Request)
          const result = withCodes((await next()) as Result | null, statusOf)
          return req && result ? forMethod(result, req as Request) : result
        },
      },
    },
  }
}

function requestIdOf({ node }: Partial<Grafast.RequestContext>): string {
  const { id } = (node?.req ?? {}) as { id?: unknown }
  return typeof id === 'string' ? id : randomUUID()
}

/** Positions of an HTTP request. Operations over a WebSocket have no headers. */
function positions({ http, node }: Partial<Grafast.RequestContext>): Partial<Grafast.RequestContext> {
  if (!http || !node) return {}
  const seen = new Positions(http.getHeader(positionHeader))
  return {
    seen,
    position: seen.position,
    reportPosition: (...change) => node.res.setHeader(positionHeader, seen.headerWith(...change)),
  }
}

function authorizationOf({ http, ws }: Partial<Grafast.RequestContext>): string | undefined {
  if (http) return http.getHeader('authorization')
  // A browser cannot set headers of a WebSocket: the token comes in connection_init's payload.
  const { authorization, accesstoken } = (ws?.normalizedConnectionParams ?? {}) as Record<string, unknown>
  const given = authorization ?? (typeof accesstoken === 'string' ? `Bearer ${accesstoken}` : accesstoken)
  if (given !== undefined && typeof given !== 'string')
    throw new Refusal('unauthenticated', 'The access token must be a text.')
  return given ?? ws?.request?.headers.authorization
}

// The older media type first: clients without an Accept header get it, as the GraphQL over HTTP specification demands.
const mediaTypes = ['application/json', 'application/graphql-response+json'].flatMap((type) => [
  type,
  `${type};charset=utf-8`,
])

/** The media type that a request accepts. Grafserv would throw, with status 500, for a header that it cannot parse. */
function mediaTypeFor(request: Request): string {
  return request.accepts(mediaTypes) || 'none/none'
}

// Codes for Grafserv's own errors, by their HTTP status.
const codes: Record<number, string> = {
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
}

interface Answer {
  data?: object
  errors?: AnswerError[]
  extensions?: { accessToken?: string }
}

interface AnswerError {
  extensions: { code?: string; statusCode?: number; detail?: unknown }
}

/** Gives every error of a result a code, and the response the status and the headers that its errors ask for. */
function withCodes(result: Result | null, statusOf: Errors['statusOf']): Result | null {
  const answer = result?.type === 'json' ? (result.json as Answer | null) : undefined
  if (!result || !answer) return result
  // With a success too: with a valid token the answer might differ.
  if (answer.extensions?.accessToken) result.headers['www-authenticate'] = 'Bearer error="invalid_token"'
  for (const error of answer.errors ?? []) addCode(error, result, statusOf)
  if (answer.errors) setStatus(result, answer, answer.errors, statusOf)
  return result
}

function addCode(error: AnswerError, result: Result, statusOf: Errors['statusOf']): void {
  const { statusCode: _, ...extensions } = error.extensions ?? {}
  // An error without a code is Grafserv's: not POST, not JSON, too large.
  const code = result.statusCode >= 500 ? 'internal_error' : (codes[result.statusCode] ?? 'bad_request')
  error.extensions = { code, ...extensions }
  if (!extensions.code) return
  // Grafserv treats a refusal before anything has run as a failure of its own.
  if (result.statusCode === 500) result.statusCode = statusOf(extensions.code) ?? 500
  if (extensions.code === 'unauthenticated' && result.statusCode >= 400) {
    result.statusCode = 401
    result.headers['www-authenticate'] = 'Bearer error="invalid_token"'
  }
}

/**
 * The status of a response without data: 429 when the caller has to wait, 503 when the database could not answer, 401
 * when the access token is why. A response with some data stays 200, so that clients read it.
 */
function setStatus(result: Result, { data, extensions }: Answer, errors: AnswerError[], statusOf: Errors['statusOf']) {
  const isEmpty = Object.values(data ?? {}).every((field) => field === null)
  const wait = retryAfter(errors)
  if (isEmpty && wait) {
    result.statusCode = 429
    result.headers['retry-after'] = wait
  } else if (isEmpty && errors.every((error) => statusOf(error.extensions.code ?? '') === 503)) {
    result.statusCode = 503
  } else if (isEmpty && extensions?.accessToken && errors.some(isUnauthenticated)) {
    result.statusCode = 401
  }
  if (result.statusCode === 503) result.headers['retry-after'] = '1'
}

const isUnauthenticated = ({ extensions }: AnswerError) => extensions.code === 'unauthenticated'

/**
 * The headers that depend on the method. GET is for queries only, anything else is 405. Pages of other sites can send
 * such a query, but cannot read the response.
 */
function forMethod(result: Result, { method, path }: Request): Result {
  if (path !== graphqlPath || result.type !== 'json') return result
  const isGet = method === 'GET' || method === 'HEAD'
  // A query by GET was answered, so this was not a query.
  if (result.statusCode === 405) result.headers.allow = isGet ? 'POST' : 'GET, HEAD, POST'
  if (isGet) {
    result.headers['cache-control'] = 'private, no-cache'
    result.headers.vary = 'Authorization, Accept'
  }
  return result
}
