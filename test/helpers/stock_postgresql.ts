import { execFile, spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from '../../src/database/free_port.ts'
import { serverUser } from '../../src/database/os_user.ts'
import { eventually } from './eventually.ts'

/** A PostgreSQL of the machine's own packages. */
export interface StockPostgresql {
  superuserUrl: string
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/**
 * Starts a PostgreSQL by the path of its program `postgres`, with the settings it has by default: nothing is set but where it
 * listens. The embedded one has other settings and was built without a just-in-time compiler.
 */
export async function startStockPostgresql(postgres: string): Promise<StockPostgresql> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-stock-'))
  await chmod(dataDir, 0o700)
  const user = await serverUser()
  if (user) await chown(dataDir, user.uid, user.gid)
  const spawning = { ...user, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } }
  const initdb = ['--pgdata', dataDir, '--username=postgres', '--auth=trust', '--no-instructions']
  await promisify(execFile)(join(dirname(postgres), 'initdb'), initdb, spawning)

  const port = await freePort(54_400)
  const server = spawn(
    postgres,
    ['-D', dataDir, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    { ...spawning, stdio: 'ignore' },
  )
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
  return { superuserUrl, remove }
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
