import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../log.ts'
import { StartError } from '../settings.ts'
import { freePort } from './free_port.ts'
import { type Place, runProgramOf } from './place.ts'

/** Starts the server of a place and waits until it takes connections, however long a recovery lasts. */
export async function launch(place: Place, throwaway: boolean): Promise<{ child: ChildProcess; port: number }> {
  const { cluster, logFile, portFile, programs, spawning } = place
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`)
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    // No socket file: its path must be shorter than many a data directory's.
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '256MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    ...(throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

  // After a kill -9 the old server's children may hold its shared memory for a moment, and a port that was free may be
  // taken before we have it: both pass, so try again.
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(portFile)
    const output = openSync(logFile, 'a', 0o600)
    // Detached, so that Ctrl-C in a terminal reaches this program only, which then stops the server last.
    const child = spawn(join(programs, 'postgres'), ['-D', cluster, '-p', String(port), ...flags], {
      ...spawning,
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    // Whatever ends this program short of a kill -9, even while the server is still starting, ends the server too.
    const abandon = () => child.kill('SIGINT')
    process.once('exit', abandon)
    child.once('exit', () => process.removeListener('exit', abandon))
    if (await becomesReady(child, cluster)) return { child, port }
    if (attempt === 10) {
      const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
      throw new StartError(`PostgreSQL did not start. The end of ${logFile}:\n${tail}`)
    }
    await sleep(500)
  }
}

/** The port of last time if it is free, else the next free one; 5432 is left to a PostgreSQL of the machine's own. */
async function choosePort(portFile: string): Promise<number> {
  const last = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0
  if (last && (await freePort(last)) === last) return last
  const port = await freePort(5433)
  writeFileSync(portFile, `${port}\n`)
  return port
}

/** False when the server ended instead. */
async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  let ended = false
  for (const event of ['exit', 'error']) {
    child.once(event, () => {
      ended = true
    })
  }
  while (!ended) {
    // As pg_ctl does: the first line of the file is the server's pid, the eighth its state.
    const [pid, , , , , , , state] = pidFileOf(cluster)
    if (Number(pid) === child.pid && state?.trim() === 'ready') return true
    await sleep(20)
  }
  return false
}

/**
 * Stops a server that outlived the process that started it. It is started anew rather than adopted: only a child of
 * ours tells us when it ends. To be called by whoever owns the data directory.
 */
export async function stopOrphan(place: Place): Promise<void> {
  const { cluster } = place
  const [pid] = pidFileOf(cluster)
  if (!pid) return
  if (!isPostgresOf(Number(pid), cluster)) {
    // Stale, but PostgreSQL itself would believe it if the number now is any living process of ours.
    rmSync(join(cluster, 'postmaster.pid'), { force: true })
    return
  }
  log.warn({ pid: Number(pid) }, 'stopping a PostgreSQL that an earlier run left behind')
  const stop = (mode: string) => runProgramOf(place, 'pg_ctl', ['stop', '-D', cluster, '-m', mode, '-w', '-t', '20'])
  try {
    await stop('fast')
  } catch {
    // Refused or took too long; an immediate stop costs a recovery from the log at the next start, no data.
    if (isPostgresOf(Number(pid), cluster)) await stop('immediate')
  }
}

function pidFileOf(cluster: string): string[] {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Whether the process of that number is the server of that cluster, and not somebody who got its number since. */
function isPostgresOf(pid: number, cluster: string): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes(`postgres -D ${cluster} `)
  } catch {
    return false
  }
}
