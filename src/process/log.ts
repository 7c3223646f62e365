import { type Level, pino } from 'pino'

const level = process.env.LOG_LEVEL?.trim()

/**
 * The program's log: JSON lines on stderr, so that stdout has only the line that says that the program is ready.
 * Written synchronously, so that the last lines before an exit are not lost. readSettings checks LOG_LEVEL; with an
 * invalid level the log must still work, to report it.
 */
export const log = pino(
  {
    level: level && (level === 'silent' || level in pino.levels.values) ? level : 'info',
    base: { pid: process.pid },
    serializers: { err: withoutClient },
  },
  pino.destination({ dest: 2, sync: true }),
)

/**
 * A function to construct a Logger of @graphile/logger with (graphile-migrate and graphile-worker each need an instance
 * of their own copy of that class). Takes the name of the part, and the level for what the library logs as `info`.
 */
export function libraryLog(part: string, info: Level) {
  const child = log.child({ part })
  const levels: Record<string, Level> = { error: 'error', warning: 'warn', info, debug: 'trace' }
  return () => (theirs: string, message: string, meta?: Record<string, unknown>) => {
    // Only the error is logged, because the rest of `meta` contains worker and job objects with their payloads.
    child[levels[theirs] ?? 'info'](meta?.error ? { err: meta.error } : {}, message.trimEnd())
  }
}

/** pg attaches the whole client, about ten kilobytes, to the error of an idle connection. */
function withoutClient(error: Error) {
  const { client: _, ...rest } = pino.stdSerializers.err(error)
  return rest
}
