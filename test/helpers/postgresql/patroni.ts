import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { serverUser } from '../../../src/database/embedded/os_user.ts'
import { connect } from '../database/connection.ts'
import { eventually } from '../time/eventually.ts'

/** Paths of the programs: Patroni, etcd, HAProxy, and `postgres`. */
export interface Programs {
  patroni: string
  etcd: string
  haproxy: string
  postgres: string
}

/** Two PostgreSQL servers that Patroni manages, with etcd, and HAProxy before the one that is the primary. */
export interface PatroniCluster {
  /** Addresses of the database `postgres` as the superuser: of the primary, whichever it is, and of each server. */
  superuserUrl: string
  nodeUrls: string[]
  /** Kills the primary's PostgreSQL and Patroni at once, as when its machine is lost. */
  killPrimary(): Promise<void>
  stop(): Promise<void>
}

/** Starts it, with synchronous replication, and waits until the standby is synchronous. Call stop() when done. */
export async function startPatroni(programs: Programs): Promise<PatroniCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-patroni-'))
  const user = await serverUser()
  await chmod(folder, 0o755)
  if (user) await chown(folder, user.uid, user.gid)
  const password = randomBytes(12).toString('hex')
  const children: ChildProcess[] = []
  const run = (program: string, args: string[]) => {
    const child = spawn(program, args, {
      ...user,
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
      stdio: 'ignore',
    })
    children.push(child)
    return child
  }
  const killAll = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.on('exit', killAll)
  let next = randomInt(20_000, 30_000)
  const port = async () => {
    const free = await freePort(next)
    next = free + 1
    return free
  }

  const [etcd, etcdPeers, proxy] = [await port(), await port(), await port()]
  const etcdUrl = `http://127.0.0.1:${etcd}`
  const peersUrl = `http://127.0.0.1:${etcdPeers}`
  run(programs.etcd, [
    ...['--name', 'one', '--data-dir', join(folder, 'etcd'), '--initial-cluster', `one=${peersUrl}`],
    ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...['--listen-peer-urls', peersUrl, '--initial-advertise-peer-urls', peersUrl],
  ])
  await eventually(async () => (await fetch(`${etcdUrl}/health`)).ok, 'etcd')

  const nodes: { name: string; port: number; api: number; dataDir: string; patroni: ChildProcess }[] = []
  for (const name of ['one', 'two']) {
    const node = { name, port: await port(), api: await port(), dataDir: join(folder, name, 'pg') }
    await mkdir(join(folder, name))
    if (user) await chown(join(folder, name), user.uid, user.gid)
    const file = join(folder, `${name}.yml`)
    await writeFile(file, configuration(node, etcd, password, dirname(programs.postgres)))
    nodes.push({ ...node, patroni: run(programs.patroni, [file]) })
    // The second copies the first.
    await eventually(async () => (await fetch(`http://127.0.0.1:${node.api}/health`)).ok, `the node ${name}`)
  }
  const isSynchronous = async () => {
    const answers = await Promise.all(nodes.map(({ api }) => fetch(`http://127.0.0.1:${api}/synchronous`)))
    return answers.some(({ ok }) => ok)
  }
  await eventually(isSynchronous, 'a synchronous standby')

  const servers = nodes.map(({ name, port, api }) => `  server ${name} 127.0.0.1:${port} check port ${api}`)
  await writeFile(
    join(folder, 'haproxy.cfg'),
    `defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen primary
  bind 127.0.0.1:${proxy}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`,
  )
  run(programs.haproxy, ['-db', '-f', join(folder, 'haproxy.cfg')])
  const url = (to: number) => `postgresql://postgres:${password}@127.0.0.1:${to}/postgres`
  const reachesPrimary = async () => {
    const db = await connect(url(proxy))
    const { standby } = await db.one('select pg_is_in_recovery() as standby').finally(() => db.close())
    return !standby
  }
  // HAProxy takes both servers for primaries until it has checked them, and connects to each in turn.
  await eventually(async () => {
    for (let n = 0; n < 4; n++) if (!(await reachesPrimary())) return false
    return true
  }, 'connections to the primary only')

  return {
    superuserUrl: url(proxy),
    nodeUrls: nodes.map((node) => url(node.port)),
    async killPrimary() {
      for (const { api, dataDir, patroni } of nodes) {
        if (!(await fetch(`http://127.0.0.1:${api}/primary`)).ok) continue
        const postmaster = Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
        patroni.kill('SIGKILL')
        process.kill(postmaster, 'SIGKILL')
        return
      }
      throw new Error('there is no primary')
    },
    async stop() {
      process.removeListener('exit', killAll)
      const ended = Promise.all(children.map(ending))
      // Patroni stops its PostgreSQL, or is killed.
      for (const { patroni } of nodes) patroni.kill('SIGTERM')
      const late = setTimeout(killAll, 20_000)
      await Promise.all(nodes.map(({ patroni }) => ending(patroni)))
      clearTimeout(late)
      killAll()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const ending = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve))

/** JSON, which is YAML as well. The times are the shortest that Patroni accepts. */
const configuration = (
  { name, port, api, dataDir }: { name: string; port: number; api: number; dataDir: string },
  etcd: number,
  password: string,
  binDir: string,
): string =>
  JSON.stringify({
    scope: 'medislot',
    name,
    restapi: { listen: `127.0.0.1:${api}`, connect_address: `127.0.0.1:${api}` },
    etcd3: { host: `127.0.0.1:${etcd}` },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 1,
        retry_timeout: 3,
        synchronous_mode: true,
        postgresql: { parameters: { hot_standby_feedback: 'on', max_connections: 100 } },
      },
      initdb: [{ encoding: 'UTF8' }],
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      data_dir: dataDir,
      bin_dir: binDir,
      pgpass: join(dirname(dataDir), 'pgpass'),
      authentication: {
        superuser: { username: 'postgres', password },
        replication: { username: 'replicator', password },
      },
      parameters: { unix_socket_directories: '' },
      pg_hba: ['host all all 127.0.0.1/32 scram-sha-256', 'host replication replicator 127.0.0.1/32 scram-sha-256'],
    },
  })
