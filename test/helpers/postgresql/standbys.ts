import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedServer, startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { startStandby } from '../../../src/database/embedded/standby.ts'
import { migrateDatabase } from '../../../src/database/migrations.ts'
import { type Connection, connect } from '../database/connection.ts'
import { takeOwnPort } from '../programs/own_port.ts'

/** A primary and its hot standbys, made with the embedded PostgreSQL. */
export interface ReplicatedDatabase {
  primary: EmbeddedServer
  standbys: Standby[]
  /** Stops all of them and removes their files. */
  remove(): Promise<void>
}

export interface Standby {
  /** Another one after the standby was made again. */
  readonly server: EmbeddedServer
  /** Its name in /metrics. */
  readonly name: string
  /** Pauses the replay of the log that it receives. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Promotes it: it becomes a server of its own, on another timeline. */
  promote(): Promise<void>
  /** Process ids of its postmaster, and of all its processes. */
  postmaster(): Promise<number>
  /** Kills it at once, and waits until it has ended. */
  kill(): Promise<void>
  /** Starts it again as it is, or as a new copy of the primary. */
  start(): Promise<void>
  startAsNewCopy(): Promise<void>
  /** A connection of the superuser. Call close() when done. */
  connect(): Promise<Connection>
}

/** Starts a migrated primary with two standbys. Call remove() when done. */
export async function startReplicatedDatabase(): Promise<ReplicatedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-standbys-'))
  await chmod(folder, 0o755)
  const primaryDir = join(folder, 'primary')
  await mkdir(primaryDir)
  takeOwnPort(primaryDir)
  const primary = await startEmbedded(primaryDir, { throwaway: true })
  await migrateDatabase(primary.ownerUrl())
  const standbys: Standby[] = []
  for (const name of ['standby1', 'standby2']) {
    standbys.push(await aStandby(() => primary, primaryDir, join(folder, name)))
  }
  return {
    primary,
    standbys,
    async remove() {
      for (const { server } of standbys) await server.stop()
      await primary.stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** Starts a standby of the primary with this data directory, in a directory of its own. */
export async function aStandby(
  primary: () => EmbeddedServer,
  primaryDir: string,
  dataDir: string,
  { throwaway = true } = {},
): Promise<Standby> {
  await mkdir(dataDir)
  takeOwnPort(dataDir)
  const copy = () => startStandby(primary(), primaryDir, dataDir, { throwaway })
  let server = await copy()
  const { port } = server
  const run = async (statement: string) => {
    const superuser = await standby.connect()
    await superuser.query(statement)
    await superuser.close()
  }
  const standby: Standby = {
    get server() {
      return server
    },
    name: `127.0.0.1:${port}`,
    pause: () => run('select pg_wal_replay_pause()'),
    resume: () => run('select pg_wal_replay_resume()'),
    promote: () => run('select pg_promote()'),
    postmaster: async () => Number((await readFile(join(dataDir, 'pg/postmaster.pid'), 'utf8')).split('\n')[0]),
    async kill() {
      process.kill(await standby.postmaster(), 'SIGKILL')
      await server.ended
    },
    async start() {
      server = await startEmbedded(dataDir, { throwaway })
    },
    async startAsNewCopy() {
      await server.stop()
      server = await copy()
    },
    connect: () => connect(server.superuserUrl()),
  }
  return standby
}
