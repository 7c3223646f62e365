import type { GraphQLFormattedError } from 'postgraphile/graphql'
import type { ErrorCode } from '../database/error_codes.ts'

/** What is wrong with one field of a request. */
export interface FieldFault {
  field: string
  message: string
}

/** A request that was refused, with the error as the GraphQL layer tells it. */
export class Refused extends Error {
  readonly told: Told
  readonly faults: FieldFault[] | undefined

  constructor(told: Told, faults?: FieldFault[]) {
    super(told.message)
    this.told = told
    this.faults = faults
  }

  /** Refused by a name of the registry; without a message its title is told. */
  static as = (code: string, message = '') => new Refused({ message, extensions: { code } })

  /** Refused for what is wrong with its fields. */
  static for = (faults: FieldFault[]) => {
    const message = faults.map((fault) => `${fault.field} ${fault.message}.`).join(' ')
    return new Refused({ message, extensions: { code: 'bad_request' } }, faults)
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
  /** What the refusal says to programs. */
  details?: Record<string, unknown>
  errors?: FieldFault[]
}

/** WWW-Authenticate (RFC 6750) for a token that is not usable. */
export const invalidToken = 'Bearer error="invalid_token"'

/** Where each refusal is explained; see reference.ts. */
export const typeOf = (code: string) => `/api/errors#${code}`

/** How a response with a problem is told: the problem, and the headers that its status asks for. */
export interface ToldProblem {
  problem: Problem
  headers: Record<string, string>
}

/** A refusal as errors.ts of the GraphQL layer tells it. */
export interface Told extends Pick<GraphQLFormattedError, 'message'> {
  extensions?: { code?: string; detail?: Record<string, unknown> }
}

/**
 * Tells a refusal as a problem: status and title are the registry's. Who is refused a right without being signed in is
 * asked to sign in.
 */
export function tellProblem(
  registry: Map<string, ErrorCode>,
  { told, faults }: Refused,
  { requestId, anonymous }: { requestId: string; anonymous: boolean },
): ToldProblem {
  const refused = registry.get(told.extensions?.code ?? '') ?? registry.get('internal_error')
  const asked = anonymous && refused?.httpStatus === 403 ? registry.get('unauthenticated') : refused
  if (!asked) throw new Error('app_hidden.error_codes has no internal_error')
  const { name: code, httpStatus: status, title } = asked
  const details = told.extensions?.detail
  const errors = faults ?? faultOf(details, told.message)
  const retryAfter = details?.retryAfterSeconds ?? (status === 503 ? 1 : undefined)
  return {
    problem: {
      type: typeOf(code),
      title,
      status,
      detail: asked === refused ? told.message || title : title,
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

/** The database names the argument it does not take. */
const faultOf = (details: Record<string, unknown> | undefined, message: string): FieldFault[] | undefined =>
  typeof details?.argument === 'string' ? [{ field: details.argument, message }] : undefined
