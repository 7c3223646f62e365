import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

// PostgreSQL's own reports about deadlocks. A caller gets only the name of the error; the log has the statements of all
// that waited for each other.

/** The beginning of a report in the log: time, process, program, severity. DETAIL and the others belong to a report. */
const beginning = /^(?=\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] .*?(?:LOG|WARNING|ERROR|FATAL|PANIC): {2})/m

/**
 * What a log says about deadlocks since an instant: each report with its DETAIL, CONTEXT and STATEMENT, and where in their
 * functions the other processes waited, as far as they had waited for deadlock_timeout (log_lock_waits).
 */
export function deadlocksIn(log: string, since: Date): string[] {
  const reports = log.split(beginning).map((text) => ({
    text: text.trimEnd(),
    at: Date.parse(text.slice(0, 23).replace(' ', 'T').concat('Z')),
    process: /\[(\d+)\]/.exec(text)?.[1],
  }))
  const recent = reports.filter(({ at }) => at >= since.getTime())
  return recent
    .filter(({ text }) => text.includes('ERROR:  deadlock detected'))
    .map((deadlock) => {
      const processes = new Set([...deadlock.text.matchAll(/Process (\d+)/g)].map(([, number]) => number))
      const waits = recent.filter(
        ({ text, process, at }) =>
          text.includes('still waiting for') && processes.has(process) && Math.abs(at - deadlock.at) < 10_000,
      )
      return [deadlock, ...waits].map(({ text }) => text).join('\n')
    })
}

/** The deadlocks that a server with this log file has reported since an instant. */
export async function deadlocksSince(logFile: string, since: Date): Promise<string[]> {
  // A restart renames a long one.
  const files = [`${logFile}.1`, logFile].filter((file) => existsSync(file))
  return deadlocksIn((await Promise.all(files.map((file) => readFile(file, 'utf8')))).join(''), since)
}
