import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { isSafeError, SafeError } from 'postgraphile/grafast'
import { GraphQLError } from 'postgraphile/graphql'

/**
 * A refusal by a name of app_hidden.error_codes, raised on this side of the database: a bad token, a query too dear,
 * or one that the database recorded and returned. Without a message it gets the registered title.
 */
export class Refusal extends SafeError<{ code: string; detail?: object }> {
  constructor(code: string, message = '', detail?: object) {
    super(message, { code, ...(detail && { detail }) })
  }
}

interface Registered {
  sqlstate: string
  name: string
  title: string
}

/** Turns whatever went wrong into what a caller is told. */
export type TellError = (error: GraphQLError, requestId: string) => GraphQLError

/**
 * Reads the registry of refusals (app_hidden.error_codes) and gives the function that tells errors: every error leaves
 * with `extensions.code`, a registered name. Our own refusals (SQLSTATE class MS) keep their sentence, and their DETAIL,
 * json made for programs, becomes `extensions.detail`. PostgreSQL's own are told by their registered title only, since
 * its messages quote rows and constraints. What is not registered is logged whole and told as `internal_error`.
 */
export async function loadErrors(pool: Pool, log: Logger): Promise<TellError> {
  const { rows } = await pool.query<Registered>('select sqlstate, name, title from app_hidden.error_codes')
  const bySqlstate = new Map(rows.map((row) => [row.sqlstate, row]))
  const titles = new Map(rows.map((row) => [row.name, row.title]))

  return (error, requestId) => {
    const cause = error.originalError
    const tell = (code: string, message: string, more?: object) =>
      new GraphQLError(message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        path: error.path ?? null,
        extensions: { code, ...more },
      })

    const known = bySqlstate.get((cause as { code?: string } | undefined)?.code ?? '')
    if (known) {
      return cause && known.sqlstate.startsWith('MS')
        ? tell(known.name, cause.message, detailOf(cause))
        : tell(known.name, known.title)
    }
    const said = cause && isSafeError(cause) ? cause.extensions : error.extensions
    if (typeof said?.code === 'string') {
      const { code, detail } = said as { code: string; detail?: object }
      return tell(code, error.message || titles.get(code) || code, detail && { detail })
    }
    // Without a path it is the request that does not fit: a variable of the wrong type, an operation that is not there.
    if (!error.path && (!cause || cause instanceof GraphQLError))
      return tell('graphql_validation_failed', error.message)
    // Grafast's own words to callers, such as for a cursor that is none.
    if (cause && isSafeError(cause)) return tell('bad_request', cause.message)

    log.error({ err: cause ?? error, requestId, path: error.path }, 'unexpected error in a GraphQL request')
    return tell('internal_error', 'An unexpected error occurred', { requestId })
  }
}

function detailOf(cause: unknown): { detail: object } | undefined {
  try {
    const detail: unknown = JSON.parse((cause as { detail?: string }).detail ?? '')
    return detail && typeof detail === 'object' && Object.keys(detail).length > 0 ? { detail } : undefined
  } catch {
    return undefined
  }
}
