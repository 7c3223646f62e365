import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'
import type { Bearer, Unusable } from '../request/tokens.ts'
import type { operationOf } from './root_fields.ts'

/** Mutations that begin or continue a session. */
const beginSession = ['signIn', 'registerCustomer', 'refreshSession', 'requestPasswordReset', 'resetPassword']

/** Mutations of guests, and of anyone who has the link of a message. */
const byLink = [
  'agreeToRecordingByLink',
  'bookAsGuest',
  'bookingByLink',
  'calendarByLink',
  'cancelByLink',
  'confirmGuestBooking',
  'consultationByLink',
  'joinByLink',
  'rescheduleByLink',
]

/** Mutations that do not depend on who calls. */
export const independentOfCaller: readonly string[] = [...beginSession, ...byLink]

/**
 * Decides who calls an operation. What an unusable access token means depends on the operation, because programs send the
 * token they have with every request, and must be able to get a new one when it has expired:
 *
 * - Operations that begin a session, and those of a link, ignore the token. Signing out needs only the refresh token, so an
 *   unusable access token is ignored.
 * - Queries treat an expired token as no token, and return what everyone may read. What is refused to callers without a
 *   token is then reported as `unauthenticated`, and so is what depends on the caller alone (`currentPerson`).
 * - Everything else is refused with an expired token, and everything with an invalid one.
 *
 * Throws the Refusal.
 */
export function callerOf(operation: ReturnType<typeof operationOf>, bearer: Bearer): Bearer {
  const { kind, fields = [] } = operation ?? {}
  // Other claims, such as the network, stay.
  const { sub: _sub, sid: _sid, iss: _iss, ...ofNobody } = bearer.claims
  const areAll = (names: readonly string[]) => kind === 'mutation' && fields.every((field) => names.includes(field))
  if (areAll(independentOfCaller)) return { claims: ofNobody }
  if (!bearer.unusable || areAll([...independentOfCaller, 'signOut'])) return bearer
  if (bearer.unusable.expired && kind === 'query' && !fields.includes('currentPerson')) return bearer
  throw bearer.unusable.refusal
}

/** Refusals of callers who are not signed in, when somebody else might be answered. */
const wantSomebody = ['unauthenticated', 'insufficient_privilege', 'forbidden', 'clinic_needed']

/** A result for a caller with an unusable token: reports the token, and gives it as the reason of what it caused to be refused. */
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
