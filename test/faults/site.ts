import { execFile } from 'node:child_process'
import { appendFile, chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrate, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { type EmbeddedServer, startEmbedded } from '../../src/database/embedded/embedded.ts'
import { namesIn } from '../../src/database/embedded/place.ts'
import { connectionsClosed, migrateSettings } from '../../src/database/migrations.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { calendarKeys } from '../helpers/external/external_calendars.ts'
import { smtpPeer } from '../helpers/external/peers.ts'
import { aStandby, type Standby } from '../helpers/postgresql/standbys.ts'
import { takeOwnPort } from '../helpers/programs/own_port.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { tokenSettings } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { startProxy, type TcpProxy } from './proxy.ts'

/** Short, so that statements reach it during a fault. */
export const statementTimeoutMs = 1500

/** A program of the site, which can be killed and restarted. Clients connect through a proxy that keeps running. */
export interface Part {
  program: Program
  /** The proxy between the program and its clients; a worker has no clients. */
  proxy: TcpProxy
  killAndRestart(): Promise<void>
}

/**
 * medislot as in production, in processes that can be killed: PostgreSQL with two standbys, two servers that read from
 * them, a worker, a mail server.
 */
export interface Site {
  /** Changes when PostgreSQL is restarted. */
  readonly postgres: EmbeddedServer
  /** Hot standbys, which serve anonymous reads. */
  standbys: Standby[]
  /** The proxy between PostgreSQL and all its clients but the standbys. */
  database: TcpProxy
  databaseUrl: string
  servers: [Part, Part]
  worker: Part
  smtp: Awaited<ReturnType<typeof smtpPeer>>
  /** What PostgreSQL logs. */
  logFile: string
  /** The process id of PostgreSQL. */
  postmaster(): Promise<number>
  /** Starts PostgreSQL after it ended. */
  startPostgres(): Promise<void>
  /** A connection of the owner that faults do not affect. Call close() when done. */
  owner(): Promise<Connection>
  /** Runs statements as the superuser. */
  asSuperuser(...statements: string[]): Promise<void>
  /**
   * Fills PostgreSQL's volume completely, and returns a function that frees it; undefined without a separate volume.
   */
  fillVolume: (() => Promise<() => Promise<void>>) | undefined
  stop(): Promise<void>
}

/** Starts the site. With `ownVolume` PostgreSQL gets a small separate file system, if the machine allows it. */
export async function startSite({ ownVolume = false } = {}): Promise<Site> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-faults-'))
  const isOwnVolume = ownVolume && (await mountVolume(dataDir))
  await chmod(dataDir, 0o755)
  takeOwnPort(dataDir)
  // Not `throwaway`, because acknowledged transactions must be on disk.
  let postgres = await startEmbedded(dataDir)
  // Committed migrations, then current.sql, as in all tests.
  const settings = { ...(await migrateSettings()), connectionString: postgres.ownerUrl() }
  await migrate(settings, false, true)
  await watch(settings, true)
  const owner = await connect(postgres.ownerUrl())
  // The holds of a clinic last at least a minute, which is longer than a trial.
  await owner.query('alter table app_public.policies drop constraint holds_last_from_a_minute_to_a_day')
  await owner.close()
  const superuser = new Client({ connectionString: postgres.superuserUrl() })
  await superuser.connect()
  await connectionsClosed(superuser)
  // So that WAL alone does not fill a small volume.
  await superuser.query(`alter system set max_wal_size = '64MB'`)
  // So that the log shows where each process of a deadlock waited.
  await superuser.query('alter system set log_lock_waits = on')
  await superuser.query('select pg_reload_conf()')
  await superuser.end()
  const standbyDir = await mkdtemp(join(tmpdir(), 'medislot-faults-'))
  await chmod(standbyDir, 0o755)
  const standbys: Standby[] = []
  for (const name of ['standby1', 'standby2']) {
    standbys.push(await aStandby(() => postgres, dataDir, join(standbyDir, name)))
  }
  const smtp = await smtpPeer()
  const database = await startProxy(() => postgres.port)
  const throughProxy = (url: string) => Object.assign(new URL(url), { port: String(database.port) }).href
  const databaseUrl = throughProxy(postgres.ownerUrl())

  const site: Site = {
    get postgres() {
      return postgres
    },
    standbys,
    database,
    databaseUrl,
    smtp,
    logFile: namesIn(dataDir).logFile,
    servers: await Promise.all([startPart('server'), startPart('server')]),
    worker: await startPart('worker'),
    postmaster: async () => Number((await readFile(join(dataDir, 'pg/postmaster.pid'), 'utf8')).split('\n')[0]),
    async startPostgres() {
      await postgres.ended
      postgres = await startEmbedded(dataDir)
    },
    owner: () => connect(postgres.ownerUrl()),
    async asSuperuser(...statements) {
      const client = new Client({ connectionString: postgres.superuserUrl() })
      client.on('error', () => undefined)
      await client.connect()
      try {
        for (const statement of statements) await client.query(statement)
      } finally {
        await client.end()
      }
    },
    fillVolume: isOwnVolume
      ? async () => {
          const ballast = join(dataDir, 'ballast')
          for (const size of [1_000_000, 4096]) {
            const some = Buffer.alloc(size)
            const isRoom = () =>
              appendFile(ballast, some).then(
                () => true,
                () => false,
              )
            while (await isRoom());
          }
          return () => rm(ballast)
        }
      : undefined,
    async stop() {
      for (const { program, proxy } of [...site.servers, site.worker]) {
        await program.stop('SIGKILL')
        await proxy.close()
      }
      await database.close()
      await smtp.close()
      for (const { server } of standbys) await server.stop()
      await rm(standbyDir, { recursive: true, force: true })
      await postgres.stop()
      if (isOwnVolume) await run('umount', [dataDir])
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return site

  async function startPart(name: 'server' | 'worker'): Promise<Part> {
    const start = () =>
      startProgram(name, {
        env: {
          DATABASE_URL: name === 'server' ? throughProxy(postgres.serverUrl()) : databaseUrl,
          REPLICA_URLS: standbys.map(({ server }) => server.serverUrl()).join(),
          JWT_SECRET: tokenSettings.jwtSecret,
          LOG_LEVEL: 'warn',
          // Fewer than there are clients.
          POOL_SIZE: '2',
          STATEMENT_TIMEOUT_MS: String(statementTimeoutMs),
          SMTP_URL: smtp.url,
          MAIL_FROM: 'desk@medislot.example',
          CALENDAR_KEYS: calendarKeys,
          NODE_OPTIONS: `--import=${join(import.meta.dirname, 'clock.ts')}`,
        },
      })
    const part: Part = {
      program: await start(),
      proxy: await startProxy(() => Number(new URL(part.program.url).port)),
      async killAndRestart() {
        await part.program.stop('SIGKILL')
        // Repeated if it fails, as a supervisor does.
        part.program = await eventually(start, `a ${name} that starts again`)
      },
    }
    return part
  }
}

/** Waits until both servers report through the proxies that they are ready. */
export async function ready({ servers }: Pick<Site, 'servers'>): Promise<void> {
  for (const { proxy } of servers) {
    const url = `http://127.0.0.1:${proxy.port}/readyz`
    const isReady = async () => (await fetch(url, { signal: AbortSignal.timeout(1000) })).status === 200
    await eventually(isReady, 'a server that is ready again', 30_000)
  }
}

const run = promisify(execFile)

/** Whether a site can have a separate volume: only root on Linux may mount one, and not in every container. */
export async function canMountVolume(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'medislot-faults-'))
  const can = await mountVolume(directory)
  if (can) await run('umount', [directory])
  await rm(directory, { recursive: true })
  return can
}

async function mountVolume(directory: string): Promise<boolean> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=320m', 'tmpfs', directory])
    return true
  } catch {
    return false
  }
}
