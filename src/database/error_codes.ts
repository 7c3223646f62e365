import type { DatabaseError, Pool } from 'pg'

/** A row of app_hidden.error_codes. */
export interface ErrorCode {
  name: string
  httpStatus: number
  title: string
  description: string
}

/** Whether an error is a refusal of one of our rules (app_hidden.refuse), whose SQLSTATEs begin with MS. */
export function isRefusal(error: unknown): error is DatabaseError & { code: string } {
  return (error as { code?: unknown } | undefined)?.code?.toString().startsWith('MS') ?? false
}

/** All registered refusals, by name. */
export async function readErrorCodes(pool: Pool): Promise<Map<string, ErrorCode>> {
  const { rows } = await pool.query<ErrorCode>(
    'select name, http_status as "httpStatus", title, description from app_hidden.error_codes order by sqlstate',
  )
  return new Map(rows.map((row) => [row.name, row]))
}
