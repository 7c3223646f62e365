import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../../process/log.ts'
import { StartError } from '../../process/settings.ts'
import { freePort } from './free_port.ts'
import { type Place, runProgramOf } from './place.ts'

/** Starts the server of a place and waits until it accepts connections, however long a recovery takes. */
export async function launch(place: Place, throwaway: boolean): Promise<{ child: ChildProcess; port: number }> {
  const { cluster, logFile, portFile, programs, spawning } = place
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`)
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    // No socket file, since its path must be short, and many data directories are not.
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '256MB',
    // For app_private.became_visible_since.
    track_commit_timestamp: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    // What is not flushed by its commit is sent to subscribers when the WAL writer has flushed it.
    ...(throwaway
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_writer_delay: '10ms' }
      : {}),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

  // After a kill -9 the children of the old server may keep its shared memory for a moment, and another program may take the
  // free port before we do. Both are temporary, so try again.
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(portFile)
    const output = openSync(logFile, 'a', 0o600)
    // Detached, so that Ctrl-C in a terminal reaches this program only, which stops the server last.
    const child = spawn(join(programs, 'postgres'), ['-D', cluster, '-p', String(port), ...flags], {
      ...spawning,
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    // Any end of this program but kill -9, even while the server is starting, ends the server too.
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

/** The port of the last start if it is free, else the next free one from 5433 on, since 5432 is another PostgreSQL's default. */
async function choosePort(portFile: string): Promise<number> {
  const last = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0
  if (last && (await freePort(last)) === last) return last
  const port = await freePort(5433)
  writeFileSync(portFile, `${port}\n`)
  return port
}

/** False when the server has ended instead. */
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
 * Stops a server that has outlived the process that started it. The new process starts its own server, because only the
 * parent of a process is notified of its end. The caller must own the data directory.
 */
export async function stopOrphan(place: Place): Promise<void> {
  const { cluster } = place
  const [pid] = pidFileOf(cluster)
  if (!pid) return
  if (!isPostgresOf(Number(pid), cluster)) {
    // The file is stale, but PostgreSQL would take it for valid if the number now belongs to any process of this user.
    rmSync(join(cluster, 'postmaster.pid'), { force: true })
    return
  }
  log.warn({ pid: Number(pid) }, 'stopping a PostgreSQL that an earlier run left behind')
  const stop = (mode: string) => runProgramOf(place, 'pg_ctl', ['stop', '-D', cluster, '-m', mode, '-w', '-t', '20'])
  try {
    await stop('fast')
  } catch {
    // The fast stop failed or took too long. An immediate one loses no data, but the next start has to recover from the log.
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

/** Whether the process with this number is the server of this cluster, and not another process that got the number later. */
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
