import type { GraphQLFormattedError } from 'postgraphile/graphql'
import type { ErrorCode } from '../database/error_codes.ts'
import { Refusal } from '../graphql/errors.ts'

/** What is wrong with one field of a request. */
export interface FieldFault {
  field: string
  message: string
}

/** A request that was refused, with the error as GraphQL tells it. */
export class Refused extends Error {
  readonly told: Told

  constructor(told: Told) {
    super(told.message)
    this.told = told
  }

  /** Refused by a name of the registry. */
  static as = (code: string) => new Refused({ message: '', extensions: { code } })
}

/** A refusal by the REST layer itself: the request does not fit. */
export class BadRequest extends Refusal {
  readonly faults: FieldFault[]

  constructor(faults: FieldFault[], code = 'bad_request') {
    super(code, faults.map(({ field, message }) => `${field} ${message}.`).join(' '))
    this.faults = faults
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
  error: Told,
  { requestId, anonymous }: { requestId: string; anonymous: boolean },
): ToldProblem {
  const refused = registry.get(error.extensions?.code ?? '') ?? registry.get('internal_error')
  const asked = anonymous && refused?.httpStatus === 403 ? registry.get('unauthenticated') : refused
  if (!asked) throw new Error('app_hidden.error_codes has no internal_error')
  const { name: code, httpStatus: status, title } = asked
  const details = error.extensions?.detail
  const errors = error instanceof BadRequest ? error.faults : faultOf(details, error.message)
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
      ...(status === 401 && { 'www-authenticate': anonymous ? 'Bearer' : 'Bearer error="invalid_token"' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
  }
}

/** The database names the argument it does not take. */
const faultOf = (details: Record<string, unknown> | undefined, message: string): FieldFault[] | undefined =>
  typeof details?.argument === 'string' ? [{ field: details.argument, message }] : undefined
