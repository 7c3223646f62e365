import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { serverUser } from '../../../src/database/embedded/os_user.ts'
import { eventually } from '../time/eventually.ts'

/** A PgBouncer in front of a PostgreSQL. */
export interface Pooler {
  /** The address through the pooler of a database, given its direct address. */
  through(url: string): string
  stop(): Promise<void>
}

/**
 * Starts a PgBouncer in transaction mode, with fewer connections to PostgreSQL than its clients open. `program` is the
 * path of the program, `urls` are addresses with the logins to allow, `settings` further lines of its file. Call stop()
 * when done.
 */
export async function startPgBouncer(
  program: string,
  urls: string[],
  settings: Record<string, string | number> = {},
): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-pgbouncer-'))
  await chmod(folder, 0o755)
  const { hostname, port: postgresPort } = new URL(urls[0] ?? '')
  const port = await freePort(randomInt(20_000, 31_000))
  const users = urls.map((url) => new URL(url)).map(({ username, password }) => `"${username}" "${password}"`)
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users.txt'),
    pool_mode: 'transaction',
    default_pool_size: 3,
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`)
  await writeFile(join(folder, 'users.txt'), `${users.join('\n')}\n`)
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n* = host=${hostname} port=${postgresPort}\n[pgbouncer]\n${lines.join('\n')}\n`,
  )
  // It refuses to run as root, as PostgreSQL does.
  const user = await serverUser()
  if (user) await chown(folder, user.uid, user.gid)
  let output = ''
  const child: ChildProcess = spawn(program, [join(folder, 'pgbouncer.ini')], { ...user, cwd: '/', stdio: 'pipe' })
  child.stderr?.on('data', (data) => {
    output += data
  })
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
    child.once('error', resolve)
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)

  const pooler: Pooler = {
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    async stop() {
      process.removeListener('exit', kill)
      child.kill('SIGINT')
      const late = setTimeout(kill, 5000)
      await ended
      clearTimeout(late)
      await rm(folder, { recursive: true })
    },
  }
  await eventually(async () => {
    if (child.exitCode !== null) return true
    const client = new Client({ connectionString: pooler.through(urls[0] ?? '') })
    await client.connect()
    await client.end()
    return true
  }, 'PgBouncer')
  if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}:\n${output}`)
  return pooler
}
