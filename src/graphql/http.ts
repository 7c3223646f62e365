import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import { SafeError } from 'postgraphile/grafast'
import type { ExecutionConfig, Result } from 'postgraphile/grafserv'
import { GraphQLError } from 'postgraphile/graphql'
import type { Deadline } from '../deadline.ts'
import { type Errors, Refusal, retryAfter } from './errors.ts'
import type { OneTransaction } from './one_transaction.ts'
import type { Operations } from './operations.ts'
import type { Bearer, Claims, Tokens, Unusable } from './tokens.ts'
import { refusePersistedQuery, type TrustedDocuments, trustedText } from './trusted_documents.ts'

/** Where the API is. */
export const graphqlPath = '/graphql'

declare global {
  namespace Grafast {
    interface RequestContext {
      /** What the verified token says; `{}` for an anonymous caller. */
      claims: Claims
      /** Why the token that was sent identifies nobody. What that means is decided by the operation. */
      unusable?: Unusable | undefined
      /** Names the request in the log. */
      requestId: string
      /** Given by callers in this process, who end it. */
      transaction?: OneTransaction
      /** When to give the work up; given by who closes it. By default the operation has its own. */
      deadline?: Deadline
    }
  }
}

/** What a server knows once it has its schema. */
export interface Serving {
  operations: Operations
  /** Undefined trusts all. */
  trusted: TrustedDocuments | undefined
}

/**
 * What a server adds to Grafserv: who calls, checked before anything runs, trusted documents alone if there are any, our
 * operations in place of Grafserv's, and a code on every error, also on those that Grafserv answers by itself.
 */
export function makeServingPlugin(
  tokens: Tokens,
  { tell, statusOf }: Errors,
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
      // The keys of an external issuer cannot be had.
      const told = tell(new GraphQLError('', { originalError: error as Error }), request.requestId ?? '')
      // Grafserv's status of the response, which a WebSocket does not have.
      throw new SafeError(told.message, { ...told.extensions, ...(request.http && { statusCode: 503 }) })
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
            Object.assign(request, await bearerOf(request))
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

function authorizationOf({ http, ws }: Partial<Grafast.RequestContext>): string | undefined {
  if (http) return http.getHeader('authorization')
  // A browser cannot set headers of a WebSocket: the token comes in connection_init's payload.
  const { authorization, accesstoken } = (ws?.normalizedConnectionParams ?? {}) as Record<string, unknown>
  const given = authorization ?? (typeof accesstoken === 'string' ? `Bearer ${accesstoken}` : accesstoken)
  if (given !== undefined && typeof given !== 'string')
    throw new Refusal('unauthenticated', 'The access token must be a text.')
  return given ?? ws?.request?.headers.authorization
}

// The older media type first: it is for whoever does not say, as the specification of GraphQL over HTTP wants.
const mediaTypes = ['application/json', 'application/graphql-response+json'].flatMap((type) => [
  type,
  `${type};charset=utf-8`,
])

/** Which of ours a request accepts. Chosen here, since Grafserv throws for a header it cannot read, which would be our fault. */
function mediaTypeFor(request: Request): string {
  return request.accepts(mediaTypes) || 'none/none'
}

// What a status says that Grafserv gives without a code.
const codes: Record<number, string> = {
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
}

interface Answer {
  data?: object
  errors?: Told[]
  extensions?: { accessToken?: string }
}

interface Told {
  extensions: { code?: string; statusCode?: number; detail?: unknown }
}

function withCodes(result: Result | null, statusOf: Errors['statusOf']): Result | null {
  const answer = result?.type === 'json' ? (result.json as Answer | null) : undefined
  if (!result || !answer) return result
  // Also with a success: the answer could be another with a token that is usable.
  if (answer.extensions?.accessToken) result.headers['www-authenticate'] = 'Bearer error="invalid_token"'
  const { errors } = answer
  if (!errors) return result
  for (const error of errors) {
    const { statusCode: _, ...extensions } = error.extensions ?? {}
    // What has none is Grafserv's: not POST, not json, too large.
    const code = result.statusCode >= 500 ? 'internal_error' : (codes[result.statusCode] ?? 'bad_request')
    error.extensions = { code, ...extensions }
    // Refused before anything ran, which Grafserv takes for its own failure.
    if (extensions.code && result.statusCode === 500) result.statusCode = statusOf(extensions.code) ?? 500
    if (error.extensions.code === 'unauthenticated' && extensions.code && result.statusCode >= 400) {
      result.statusCode = 401
      result.headers['www-authenticate'] = 'Bearer error="invalid_token"'
    }
  }
  // Who has to wait and got nothing else is told so in the words of HTTP, too. Whoever got a part is to read it first.
  const gotNothing = Object.values(answer.data ?? {}).every((field) => field === null)
  const wait = retryAfter(errors)
  if (gotNothing && wait) {
    result.statusCode = 429
    result.headers['retry-after'] = wait
  } else if (gotNothing && errors.every(({ extensions }) => statusOf(extensions.code ?? '') === 503)) {
    result.statusCode = 503
  } else if (gotNothing && answer.extensions?.accessToken) {
    // Not before anything ran: what everybody may ask was not refused.
    if (errors.some(({ extensions }) => extensions.code === 'unauthenticated')) result.statusCode = 401
  }
  if (result.statusCode === 503) result.headers['retry-after'] = '1'
  return result
}

/**
 * What the method of a request adds to its answer. Queries may come by GET, also from another site's page, which then
 * cannot read the answer; nothing else may: 405.
 */
function forMethod(result: Result, { method, path }: Request): Result {
  if (path !== graphqlPath || result.type !== 'json') return result
  const isGet = method === 'GET' || method === 'HEAD'
  // A query that came by GET is answered; what got here is none.
  if (result.statusCode === 405) result.headers.allow = isGet ? 'POST' : 'GET, HEAD, POST'
  if (isGet) {
    result.headers['cache-control'] = 'private, no-cache'
    result.headers.vary = 'Authorization, Accept'
  }
  return result
}
