import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { log } from '../log.ts'
import { StartError } from '../settings.ts'
import { binaries } from './binaries.ts'
import { freePort } from './free_port.ts'
import { type OsUser, serverUser } from './os_user.ts'
import { takeOwnership } from './owner_lock.ts'
import { type Secrets, secretsOf } from './secrets.ts'

const run = promisify(execFile)

/** A running PostgreSQL that this process started. */
export interface EmbeddedServer {
  port: number
  secrets: Secrets
  /** Address of a database as `medislot`, the owner, who is no superuser; by default database `medislot`. */
  ownerUrl(database?: string): string
  /** Address of a database as the superuser; by default database `postgres`. For tests and development tools only. */
  superuserUrl(database?: string): string
  /** Fulfilled when the server has ended, whoever ended it. */
  ended: Promise<void>
  /** Ends the server: clients are cut off, nothing committed is lost. May be called more than once. */
  stop(): Promise<void>
}

/** Where things lie in a data directory. */
const paths = (dataDir: string) => ({
  cluster: join(dataDir, 'pg'),
  draft: join(dataDir, 'pg.new'),
  log: join(dataDir, 'postgres.log'),
  port: join(dataDir, 'port'),
})

// The same environment everywhere: a foreign PGDATA or PGOPTIONS, or a locale this machine lacks, must not get in.
const environment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Starts the server of a data directory that exists, making the cluster, the role `medislot` and its database on first
 * use. What an earlier process left behind after a kill -9 is cleared away first. `throwaway` gives up durability for
 * speed, for tests.
 * Throws StartError when another living process owns the directory, or when PostgreSQL does not start.
 */
export async function startEmbedded(dataDir: string, { throwaway = false } = {}): Promise<EmbeddedServer> {
  const letGo = takeOwnership(dataDir)
  if (!letGo) {
    throw new StartError(
      `medislot is already running on ${dataDir}. Stop it first, or give this one a directory of its own with MEDISLOT_DATA_DIR.`,
    )
  }
  try {
    const user = await serverUser(paths(dataDir).cluster)
    const programs = await binaries(user)
    const secrets = await secretsOf(dataDir)
    const started = performance.now()
    await stopOrphan(dataDir, programs, user)
    await createCluster(dataDir, programs, user, secrets, throwaway)
    const { child, port } = await launch(dataDir, programs, user, throwaway)
    const server = handle(child, port, secrets, letGo)
    try {
      await createDatabase(server)
    } catch (error) {
      await server.stop()
      throw error
    }
    log.info({ port, ms: Math.round(performance.now() - started), dataDir }, 'embedded PostgreSQL started')
    return server
  } catch (error) {
    letGo()
    throw error
  }
}

/**
 * The owner's address of the server that another process runs on a data directory, or undefined when none does.
 * The server may still be starting: connecting may have to be tried again.
 */
export async function addressOfRunning(dataDir: string): Promise<string | undefined> {
  const letGo = takeOwnership(dataDir)
  if (letGo) {
    letGo()
    return undefined
  }
  const { ownerPassword } = await secretsOf(dataDir)
  const port = (await readFile(paths(dataDir).port, 'utf8')).trim()
  return `postgresql://medislot:${ownerPassword}@127.0.0.1:${port}/medislot`
}

/**
 * Stops a server that outlived the process that started it. It is started anew rather than adopted: only a child of
 * ours tells us when it ends.
 */
async function stopOrphan(dataDir: string, programs: string, user: OsUser | undefined): Promise<void> {
  const { cluster } = paths(dataDir)
  const pidFile = join(cluster, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!(await isPostgresOf(pid, cluster))) {
    // Stale, but PostgreSQL itself would believe it if the number now is any living process of ours.
    await rm(pidFile, { force: true })
    return
  }
  log.warn({ pid }, 'stopping a PostgreSQL that an earlier run left behind')
  const stop = (mode: string) =>
    run(join(programs, 'pg_ctl'), ['stop', '-D', cluster, '-m', mode, '-w', '-t', '20'], {
      ...user,
      cwd: '/',
      env: environment,
    })
  try {
    await stop('fast')
  } catch {
    // Refused or took too long; an immediate stop costs a recovery from the log at the next start, no data.
    if (await isPostgresOf(pid, cluster)) await stop('immediate')
  }
}

async function isPostgresOf(pid: number, cluster: string): Promise<boolean> {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : (await run('ps', ['-o', 'args=', '-p', String(pid)])).stdout
    return command.includes(`postgres -D ${cluster} `)
  } catch {
    return false
  }
}

async function createCluster(
  dataDir: string,
  programs: string,
  user: OsUser | undefined,
  secrets: Secrets,
  throwaway: boolean,
): Promise<void> {
  const { cluster, draft } = paths(dataDir)
  if (existsSync(cluster)) return
  // Under another name, then renamed: an initdb that was killed half-way is not taken for a cluster.
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  const passwordFile = join(dataDir, 'password.tmp')
  await writeFile(passwordFile, `${secrets.superuserPassword}\n`, { mode: 0o600 })
  if (user) {
    await chown(draft, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  try {
    await run(
      join(programs, 'initdb'),
      [
        `--pgdata=${draft}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own Unicode rules, the same on every machine, whatever locales it has installed.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(throwaway ? ['--no-sync'] : []),
      ],
      { ...user, cwd: '/', env: environment },
    )
  } catch (cause) {
    throw new StartError(
      `PostgreSQL could not set up its data in ${dataDir}: ${(cause as { stderr?: string }).stderr}`,
      { cause },
    )
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(draft, cluster)
}

async function launch(dataDir: string, programs: string, user: OsUser | undefined, throwaway: boolean) {
  const { cluster, log: logFile, port: portFile } = paths(dataDir)
  keepLogShort(logFile)
  // The same port as last time when it is still free, so that an address noted down goes on working. 5432 is left to
  // a PostgreSQL of the machine's own.
  const last = existsSync(portFile) ? Number(await readFile(portFile, 'utf8')) : 0
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
    const port = last && (await freePort(last)) === last ? last : await freePort(5433)
    await writeFile(portFile, `${port}\n`)
    const output = openSync(logFile, 'a', 0o600)
    // Detached, so that Ctrl-C in a terminal reaches this program only, which then stops the server last.
    const child = spawn(join(programs, 'postgres'), ['-D', cluster, '-p', String(port), ...flags], {
      ...user,
      cwd: '/',
      env: environment,
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

/** Waits for the server to accept connections, however long a recovery takes; false when it ended instead. */
async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  child.once('error', () => {
    ended = true
  })
  while (!ended) {
    // What pg_ctl looks at: the first line of the file is the server's pid, the eighth its state.
    try {
      const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
      if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    } catch {
      // Not written yet.
    }
    await sleep(20)
  }
  return false
}

function keepLogShort(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`)
}

function handle(child: ChildProcess, port: number, secrets: Secrets, letGo: () => void): EmbeddedServer {
  const url = (user: string, password: string, database: string) =>
    `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      letGo()
      resolve()
    })
  })
  return {
    port,
    secrets,
    ownerUrl: (database = 'medislot') => url('medislot', secrets.ownerPassword, database),
    superuserUrl: (database = 'postgres') => url('postgres', secrets.superuserPassword, database),
    ended,
    async stop() {
      child.kill('SIGINT') // PostgreSQL's "fast" stop.
      const late = setTimeout(() => child.kill('SIGQUIT'), 20_000)
      await ended
      clearTimeout(late)
    },
  }
}

/** Makes the owner and the database if they are missing. Extensions we use are trusted: owning the database suffices. */
async function createDatabase(server: EmbeddedServer): Promise<void> {
  const client = new Client({ connectionString: server.superuserUrl() })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select exists (select from pg_roles where rolname = 'medislot') as role,
              exists (select from pg_database where datname = 'medislot') as database`,
    )
    if (!rows[0].role) {
      await client.query(
        `create role medislot login createrole password ${client.escapeLiteral(server.secrets.ownerPassword)}`,
      )
    }
    if (!rows[0].database) await client.query('create database medislot owner medislot')
  } finally {
    await client.end()
  }
}
