import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { isSafeError, SafeError } from 'postgraphile/grafast'
import { GraphQLError } from 'postgraphile/graphql'
import { isConnectionFailure, isPoolExhausted } from '../database/pools.ts'

/**
 * A refusal by a name of app_hidden.error_codes, raised on this side of the database: a bad token, a query too dear,
 * or one that the database recorded and returned. Without a message it gets the registered title.
 */
export class Refusal extends SafeError<{ code: string; detail?: object }> {
  constructor(code: string, message = '', detail?: object) {
    super(message, { code, ...(detail && { detail }) })
    // SafeError makes of each error a plain SafeError, of no class derived from it.
    Object.setPrototypeOf(this, new.target.prototype)
  }
}

/** What postgraphile-plugin-connection-filter says of a filter without anything in it; it has yet to mark these as safe. */
const ofFilters = /^(Empty objects|Null literals) are forbidden in filter argument input\.$/

/** What PostGraphile says when there is no such row to delete, or none the caller may. */
const ofNothing = /^No values were deleted in collection /

interface Registered {
  sqlstate: string
  name: string
  status: number
  title: string
}

/** Turns whatever went wrong into what a caller is told. */
export type TellError = (error: GraphQLError, requestId: string) => GraphQLError

/** The registry of refusals, as the GraphQL layer uses it. */
export interface Errors {
  tell: TellError
  /** The HTTP status of a refusal by its name; undefined for a name that is not registered. */
  statusOf(code: string): number | undefined
}

/**
 * Reads the registry of refusals (app_hidden.error_codes) and gives how errors are told: every error leaves
 * with `extensions.code`, a registered name. Our own refusals (SQLSTATE class MS) keep their sentence, and their DETAIL,
 * json made for programs, becomes `extensions.detail`. PostgreSQL's own are told by their registered title only, since
 * its messages quote rows and constraints. A database that cannot be reached, however that shows, is `connection_failure`.
 * What is not registered is logged whole and told as `internal_error`.
 */
export async function loadErrors(pool: Pool, log: Logger): Promise<Errors> {
  const { rows } = await pool.query<Registered>(
    'select sqlstate, name, http_status as status, title from app_hidden.error_codes',
  )
  const bySqlstate = new Map(rows.map((row) => [row.sqlstate, row]))
  const byName = new Map(rows.map((row) => [row.name, row]))

  const tell: TellError = (error, requestId) => {
    const cause = error.originalError
    const told = (code: string, message: string, more?: object) =>
      new GraphQLError(message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        path: error.path ?? null,
        extensions: { code, ...more },
      })

    const known = bySqlstate.get(sqlstateOf(cause))
    if (known?.status === 503)
      log.warn({ err: cause, requestId, code: known.name }, 'a request did not get its database')
    if (known) {
      return cause && known.sqlstate.startsWith('MS')
        ? told(known.name, cause.message, detailOf(cause))
        : told(known.name, known.title)
    }
    // PostGraphile's only way to say that no such row could be deleted: there is none, or it is not the caller's.
    if (cause?.message.startsWith('No values were deleted')) return told('not_found', 'There is no such row.')
    const said = cause && isSafeError(cause) ? cause.extensions : error.extensions
    if (typeof said?.code === 'string') {
      const { code, detail } = said as { code: string; detail?: object }
      return told(code, error.message || byName.get(code)?.title || code, detail && { detail })
    }
    // Without a path it is the request that does not fit: a variable of the wrong type, an operation that is not there.
    if (!error.path && (!cause || cause instanceof GraphQLError))
      return told('graphql_validation_failed', error.message)
    // Grafast's own words to callers, such as for a cursor that is none.
    if (cause && (isSafeError(cause) || ofFilters.test(cause.message))) return told('bad_request', cause.message)

    if (cause && ofNothing.test(cause.message)) return told('not_found', byName.get('not_found')?.title ?? '')

    log.error({ err: cause ?? error, requestId, path: error.path }, 'unexpected error in a GraphQL request')
    return told('internal_error', 'An unexpected error occurred', { requestId })
  }
  return { tell, statusOf: (code) => byName.get(code)?.status }
}

function sqlstateOf(cause: (Error & { code?: string }) | undefined): string {
  if (!cause) return ''
  if (isPoolExhausted(cause)) return '53300'
  return isConnectionFailure(cause) ? '08006' : (cause.code ?? '')
}

/** For how many seconds to wait, as a header says it, when one of the errors says so. */
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
