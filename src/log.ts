import { type Level, pino } from 'pino'

const level = process.env.LOG_LEVEL?.trim()

/**
 * The program's log: JSON lines on stderr, so that stdout holds nothing but the line that says it is ready. Written
 * synchronously: the last lines before an exit are the ones that matter. LOG_LEVEL is checked by readSettings; a wrong
 * one must not stop the log from saying so.
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
 * A function that @graphile/logger's Logger can be built on (graphile-migrate and graphile-worker each want an
 * instance of their own copy of that class). Takes the part's name and the level for what the library calls `info`.
 */
export function libraryLog(part: string, info: Level) {
  const child = log.child({ part })
  const levels: Record<string, Level> = { error: 'error', warning: 'warn', info, debug: 'trace' }
  return () => (theirs: string, message: string, meta?: Record<string, unknown>) => {
    // Of their meta only the error: the rest holds whole worker and job objects, payloads included.
    child[levels[theirs] ?? 'info'](meta?.error ? { err: meta.error } : {}, message.trimEnd())
  }
}

/** pg hangs the whole connection, some ten kilobytes, on an error of an idle one. */
function withoutClient(error: Error) {
  const { client: _, ...rest } = pino.stdSerializers.err(error)
  return rest
}
