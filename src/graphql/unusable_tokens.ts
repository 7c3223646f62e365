import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'
import type { operationOf } from './root_fields.ts'
import type { Bearer, Unusable } from './tokens.ts'

/** Mutations with which a session begins, goes on or is regained. They do not depend on who calls. */
export const beginSession: readonly string[] = [
  'signIn',
  'registerCustomer',
  'refreshSession',
  'requestPasswordReset',
  'resetPassword',
]

/**
 * Who calls an operation, when its access token is judged by what the operation is. Programs send the token they have
 * with every request, and with an old one they must still be able to get a new one:
 *
 * - What begins a session does not look at the token at all. Signing out, for which the refresh token suffices, takes a
 *   token that is not usable for none.
 * - An expired token is taken for none by queries, which answer what everybody may read. What is refused to callers
 *   without a token is then reported as `unauthenticated`, and so is what depends on the caller alone (`currentPerson`).
 * - Everything else is refused with a token that is expired, and everything with one that is not valid.
 *
 * Throws the Refusal.
 */
export function callerOf(operation: ReturnType<typeof operationOf>, bearer: Bearer): Bearer {
  const { kind, fields = [] } = operation ?? {}
  // What is known besides who it is, such as the network, stays.
  const { sub: _sub, sid: _sid, iss: _iss, ...ofNobody } = bearer.claims
  const areAll = (names: readonly string[]) => kind === 'mutation' && fields.every((field) => names.includes(field))
  if (areAll(beginSession)) return { claims: ofNobody }
  if (!bearer.unusable || areAll([...beginSession, 'signOut'])) return bearer
  if (bearer.unusable.expired && kind === 'query' && !fields.includes('currentPerson')) return bearer
  throw bearer.unusable.refusal
}

/** What callers are refused because they are nobody. */
const wantSomebody = ['unauthenticated', 'insufficient_privilege', 'forbidden']

/** A result for a caller whose token is not usable: it says so, and what was refused for that reason gives the reason. */
export function withUnusableToken(result: ExecutionResult, { refusal, expired }: Unusable): ExecutionResult {
  const errors = result.errors?.map((error) =>
    wantSomebody.includes(String(error.extensions.code))
      ? new GraphQLError(refusal.message, {
          nodes: error.nodes ?? null,
          source: error.source ?? null,
          positions: error.positions ?? null,
          path: error.path ?? null,
          extensions: { code: 'unauthenticated' },
        })
      : error,
  )
  const extensions = { ...result.extensions, accessToken: expired ? 'expired' : 'invalid' }
  return { ...result, ...(errors && { errors }), extensions }
}
