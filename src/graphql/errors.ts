import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { isSafeError } from 'postgraphile/grafast'
import { GraphQLError, type GraphQLErrorOptions } from 'postgraphile/graphql'
import { isConnectionFailure, isPoolExhausted } from '../database/pools.ts'

/** An error of postgraphile-plugin-connection-filter for an empty filter; the plugin does not mark these as safe. */
const emptyFilter = /^(Empty objects|Null literals) are forbidden in filter argument input\.$/

/** PostGraphile's error when no row was deleted: there is none, or the caller may not delete it. */
const nothingDeleted = /^No values were deleted in collection /

interface Registered {
  sqlstate: string
  name: string
  status: number
  title: string
}

/** Turns any error into the one that the caller gets. */
export type FormatError = (error: GraphQLError, requestId: string) => GraphQLError

/** An error as the caller gets it: the name of a registered refusal, a sentence, and `extensions.detail`. */
interface Formatted {
  code: string
  message: string
  more?: object | undefined
}

/** The registry of refusals, as the GraphQL layer uses it. */
export interface Errors {
  formatError: FormatError
  /** The HTTP status of a refusal by its name; undefined for a name that is not registered. */
  statusOf(code: string): number | undefined
}

/**
 * Reads the registry of refusals (app_hidden.error_codes). Every error that callers get has `extensions.code`, a
 * registered name:
 *
 * - Our own refusals (SQLSTATE class MS) keep their sentence, and their DETAIL, JSON for programs, becomes
 *   `extensions.detail`.
 * - PostgreSQL's own errors get their registered title only, since its messages quote rows and constraints. When the
 *   database cannot be reached, the code is `connection_failure`, whatever the driver reports.
 * - An error that is not registered is logged in full; the caller gets `internal_error`.
 */
export async function loadErrors(pool: Pool, log: Logger): Promise<Errors> {
  const { rows } = await pool.query<Registered>(
    'select sqlstate, name, http_status as status, title from app_hidden.error_codes',
  )
  const bySqlstate = new Map(rows.map((row) => [row.sqlstate, row]))
  const byName = new Map(rows.map((row) => [row.name, row]))

  function byDatabase(cause: Error | undefined, requestId: string): Formatted | undefined {
    const known = bySqlstate.get(sqlstateOf(cause))
    if (!known) return undefined
    const { name: code, sqlstate, status, title } = known
    if (status === 503) log.warn({ err: cause, requestId, code }, 'a request got no database connection, or lost it')
    if (!cause || !sqlstate.startsWith('MS')) return { code, message: title }
    return { code, message: cause.message, more: detailOf(cause) }
  }

  function byCode(error: GraphQLError): Formatted | undefined {
    const cause = error.originalError
    const { code, detail } = ((cause && isSafeError(cause) ? cause.extensions : error.extensions) ?? {}) as {
      code?: unknown
      detail?: object
    }
    if (typeof code !== 'string') return undefined
    return { code, message: error.message || byName.get(code)?.title || code, more: detail && { detail } }
  }

  function formatError(error: GraphQLError, requestId: string): GraphQLError {
    const cause = error.originalError
    const known = byDatabase(cause, requestId) ?? byCode(error) ?? byMessage(error)
    if (!known) log.error({ err: cause ?? error, requestId, path: error.path }, 'unexpected error in a GraphQL request')
    const { code, message, more } = known ?? {
      code: 'internal_error',
      message: 'An unexpected error occurred',
      more: { requestId },
    }
    return errorForCallers(message, {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      path: error.path ?? null,
      extensions: { code, ...more },
    })
  }

  return { formatError, statusOf: (code) => byName.get(code)?.status }
}

/** An error without a stack, which no caller sees and which took a twentieth of the time of a refused booking. */
function errorForCallers(message: string, options: GraphQLErrorOptions): GraphQLError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new GraphQLError(message, options)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Errors of libraries that only their message identifies. */
function byMessage({ originalError: cause, path, message }: GraphQLError): Formatted | undefined {
  // Without a path the request itself is wrong: a variable of the wrong type, or an operation that does not exist.
  if (!path && (!cause || cause instanceof GraphQLError)) return { code: 'graphql_validation_failed', message }
  if (!cause) return undefined
  if (nothingDeleted.test(cause.message)) return { code: 'not_found', message: 'There is no such row.' }
  // Grafast's own messages for callers, such as for an invalid cursor.
  return isSafeError(cause) || emptyFilter.test(cause.message)
    ? { code: 'bad_request', message: cause.message }
    : undefined
}

function sqlstateOf(cause: (Error & { code?: string }) | undefined): string {
  if (!cause) return ''
  if (isPoolExhausted(cause)) return '53300'
  return isConnectionFailure(cause) ? '08006' : (cause.code ?? '')
}

/** The value of the header Retry-After, in seconds, when one of the errors says how long to wait. */
export function retryAfter(errors: readonly Pick<GraphQLError, 'extensions'>[] | undefined): string | undefined {
  for (const { extensions } of errors ?? []) {
    const seconds = (extensions?.detail as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds
    if (seconds) return String(seconds)
  }
  return undefined
}

function detailOf(cause: unknown): { detail: object } | undefined {
  try {
    const detail: unknown = JSON.parse((cause as { detail?: string }).detail ?? '')
    return detail && typeof detail === 'object' && Object.keys(detail).length > 0 ? { detail } : undefined
  } catch {
    return undefined
  }
}
