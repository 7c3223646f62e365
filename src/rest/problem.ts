import type { GraphQLFormattedError } from 'postgraphile/graphql'
import type { ErrorCode } from '../database/error_codes.ts'

/** What is wrong with one field of a request. */
export interface FieldFault {
  field: string
  message: string
}

/** A refused request, with the error as the GraphQL layer formats it. */
export class ProblemError extends Error {
  readonly error: FormattedError
  readonly faults: FieldFault[] | undefined

  constructor(error: FormattedError, faults?: FieldFault[]) {
    super(error.message)
    this.error = error
    this.faults = faults
  }

  /** A refusal with a name of the registry; without a message it gets the registered title. */
  static of = (code: string, message = '') => new ProblemError({ message, extensions: { code } })

  /** A refusal of invalid fields. */
  static ofFields = (faults: FieldFault[]) => {
    const message = faults.map((fault) => `${fault.field} ${fault.message}.`).join(' ')
    return new ProblemError({ message, extensions: { code: 'bad_request' } }, faults)
  }
}

/** An RFC 9457 problem. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  /** The refusal's name, the same in GraphQL. */
  code: string
  requestId: string
  /** Details for programs. */
  details?: Record<string, unknown>
  errors?: FieldFault[]
}

/** WWW-Authenticate (RFC 6750) for a token that is not usable. */
export const invalidToken = 'Bearer error="invalid_token"'

/** Where each refusal is explained; see reference.ts. */
export const typeOf = (code: string) => `/api/errors#${code}`

/** A problem, and the headers that its status requires. */
export interface ProblemResponse {
  problem: Problem
  headers: Record<string, string>
}

/** An error as errors.ts of the GraphQL layer formats it. */
export interface FormattedError extends Pick<GraphQLFormattedError, 'message'> {
  extensions?: { code?: string; detail?: Record<string, unknown> }
}

/**
 * Formats a refusal as a problem, with the registered status and title. A caller who lacks a right and is not signed in gets
 * `unauthenticated`.
 */
export function formatProblem(
  registry: Map<string, ErrorCode>,
  { error, faults }: ProblemError,
  { requestId, anonymous }: { requestId: string; anonymous: boolean },
): ProblemResponse {
  const refused = registry.get(error.extensions?.code ?? '') ?? registry.get('internal_error')
  const asked = anonymous && refused?.httpStatus === 403 ? registry.get('unauthenticated') : refused
  if (!asked) throw new Error('app_hidden.error_codes has no internal_error')
  const { name: code, httpStatus: status, title } = asked
  const details = error.extensions?.detail
  const errors = faults ?? faultOf(details, error.message)
  const retryAfter = details?.retryAfterSeconds ?? (status === 503 ? 1 : undefined)
  return {
    problem: {
      type: typeOf(code),
      title,
      status,
      detail: asked === refused ? error.message || title : title,
      code,
      requestId,
      ...(details && { details }),
      ...(errors && { errors }),
    },
    headers: {
      ...(status === 401 && { 'www-authenticate': anonymous ? 'Bearer' : invalidToken }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
  }
}

/** The field that is wrong, when the database names the argument. */
const faultOf = (details: Record<string, unknown> | undefined, message: string): FieldFault[] | undefined =>
  typeof details?.argument === 'string' ? [{ field: details.argument, message }] : undefined
