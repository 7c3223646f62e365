import { randomUUID } from 'node:crypto'
import { SafeError } from 'postgraphile/grafast'
import type { ExecutionConfig, Result } from 'postgraphile/grafserv'
import { GraphQLError } from 'postgraphile/graphql'
import { Refusal, type TellError } from './errors.ts'
import type { OneTransaction } from './one_transaction.ts'
import type { Operations } from './operations.ts'
import type { Claims, Tokens } from './tokens.ts'

declare global {
  namespace Grafast {
    interface RequestContext {
      /** What the verified token says; `{}` for an anonymous caller. */
      claims: Claims
      /** Names the request in the log. */
      requestId: string
      /** Given by callers in this process, who end it. */
      transaction?: OneTransaction
    }
  }
}

/**
 * What a server adds to Grafserv: who calls, checked before anything runs, our operations in place of Grafserv's, and a
 * code on every error, also on those that Grafserv answers by itself.
 */
export function makeServingPlugin(
  tokens: Tokens,
  tell: TellError,
  operations: () => Operations,
): GraphileConfig.Plugin {
  async function claimsOf(request: Partial<Grafast.RequestContext>): Promise<Claims> {
    try {
      return await tokens.claimsOf(authorizationOf(request))
    } catch (error) {
      if (error instanceof Refusal) throw error
      // The keys of an external issuer cannot be had.
      const told = tell(new GraphQLError('', { originalError: error as Error }), request.requestId ?? '')
      throw new SafeError(told.message, { ...told.extensions, statusCode: 503 })
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
            request.claims = await claimsOf(request)
            return { ...(await theirs.call(this, request)), ...operations() }
          }
          return next()
        },
        async processRequest(next, { requestDigest }) {
          requestDigest.preferJSON = true
          return withCodes((await next()) as Result | null)
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

interface Told {
  extensions?: { code?: string; statusCode?: number }
}

function withCodes(result: Result | null): Result | null {
  const errors = result?.type === 'json' ? (result.json as { errors?: Told[] } | null)?.errors : undefined
  if (!result || !errors) return result
  for (const error of errors) {
    const { statusCode: _, ...extensions } = error.extensions ?? {}
    // What has none is Grafserv's: not POST, not json, too large.
    error.extensions = { code: result.statusCode >= 500 ? 'internal_error' : 'bad_request', ...extensions }
    if (error.extensions.code === 'unauthenticated' && extensions.code && result.statusCode >= 400) {
      result.statusCode = 401
      result.headers['www-authenticate'] = 'Bearer error="invalid_token"'
    }
  }
  return result
}
