import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { chmod, chown, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { serverUser } from '../../../src/database/embedded/os_user.ts'
import { makeRunFolder } from '../run/run_folder.ts'
import { eventually } from '../time/eventually.ts'

/** A PostgreSQL from the packages of the operating system. */
export interface StockPostgresql {
  superuserUrl: string
  /** Its log. */
  logFile: string
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/** Sorts texts as initdb's default locale does where a language is installed; ICU has all of them. */
const linguistic = ['--locale-provider=icu', '--icu-locale=en-US']

/**
 * A time zone in which it is another day than in UTC, for an hour at least, so that a test which mixes the two fails at any
 * time.
 */
const zoneOfAnotherDay = () => (new Date().getUTCHours() < 11 ? 'Etc/GMT+12' : 'Pacific/Kiritimati')

/**
 * Starts a PostgreSQL by the path of its program `postgres`, with default settings except for where it listens: JIT compilation
 * is on, and initdb has taken a time zone far from UTC and a linguistic collation from its environment, as on many servers.
 * The embedded PostgreSQL has other settings and was built without a JIT compiler.
 */
export async function startStockPostgresql(postgres: string): Promise<StockPostgresql> {
  const dataDir = makeRunFolder('medislot-stock-')
  await chmod(dataDir, 0o700)
  const user = await serverUser()
  if (user) await chown(dataDir, user.uid, user.gid)
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: zoneOfAnotherDay() }
  const spawning = { ...user, cwd: '/', env }
  const initdb = ['--pgdata', dataDir, '--username=postgres', '--auth=trust', '--no-instructions', ...linguistic]
  await promisify(execFile)(join(dirname(postgres), 'initdb'), initdb, spawning)

  const port = await freePort(54_400)
  const logFile = join(dataDir, 'postgres.log')
  const output = openSync(logFile, 'a', 0o600)
  const server = spawn(
    postgres,
    ['-D', dataDir, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    { ...spawning, stdio: ['ignore', output, output] },
  )
  closeSync(output)
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const superuserUrl = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const remove = async () => {
    server.kill('SIGINT')
    await ended
    await rm(dataDir, { recursive: true })
  }
  try {
    await eventually(() => answers(superuserUrl), 'PostgreSQL answers')
  } catch (error) {
    await remove()
    throw error
  }
  return { superuserUrl, logFile, remove }
}

async function answers(connectionString: string): Promise<true> {
  const client = new Client({ connectionString })
  try {
    await client.connect()
    return true
  } finally {
    await client.end()
  }
}
