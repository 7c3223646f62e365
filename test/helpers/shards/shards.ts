import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type EmbeddedServer, startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { startReplicating } from '../../../src/database/embedded/replicating.ts'
import { migratedFiles, testCluster } from '../database/cluster.ts'
import { type Connection, connect } from '../database/connection.ts'
import { takeOwnPort } from '../programs/own_port.ts'
import { type ProgramOptions, runToEnd } from '../programs/program.ts'

/** Servers that can be the global database and shards of an installation: with the same logins, ready for replication. */
export interface Servers {
  servers: EmbeddedServer[]
  dataDirOf(number: number): string
  /** Runs `npm run shards` on the first server's database. */
  shards(...args: string[]): ReturnType<typeof runToEnd>
  /** Runs it and kills it when a promise is fulfilled. */
  killedShards(when: Promise<unknown>, ...args: string[]): ReturnType<typeof runToEnd>
  /** Starts one that was stopped again, at the same address. */
  startAgain(number: number): Promise<void>
  /** Stops all of them and removes their files. */
  remove(): Promise<void>
}

/** postgresql://host:port/database of a server's database `medislot`. */
export const addressOf = (server: EmbeddedServer): string => `postgresql://127.0.0.1:${server.port}/medislot`

export const replicationPassword = `it's a \\ fine password`

interface ServersOptions {
  /** Not durable. */
  throwaway?: boolean
  /** Copies a migrated database, if the run has the files of one. For tests that are not about making an installation. */
  migrated?: boolean
}

/** Starts servers. Call remove() when done. */
export async function startServers(
  count: number,
  { throwaway = true, migrated = false }: ServersOptions = {},
): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-shards-'))
  await chmod(folder, 0o755)
  const dataDirs = Array.from({ length: count }, (_, number) => join(folder, String(number)))
  const files = testCluster() && migratedFiles(testCluster().folder)
  const servers = await (migrated && files && existsSync(files)
    ? startCopies(files, dataDirs, throwaway)
    : startEmpty(dataDirs, throwaway))
  const [global] = servers as [EmbeddedServer]
  const run = (options: ProgramOptions & { args: string[]; signal?: ['SIGKILL', Promise<unknown>] }) =>
    runToEnd('shards', {
      ...options,
      env: { DATABASE_URL: global.ownerUrl(), REPLICATION_PASSWORD: replicationPassword },
    })
  return {
    servers,
    dataDirOf: (number) => join(folder, String(number)),
    shards: (...args) => run({ args }),
    killedShards: (when, ...args) => run({ args, signal: ['SIGKILL', when] }),
    async startAgain(number) {
      servers[number] = await startEmbedded(join(folder, String(number)), { throwaway })
    },
    async remove() {
      for (const server of servers) await server.stop()
      await rm(folder, { recursive: true })
    },
  }
}
async function startEmpty(dataDirs: string[], throwaway: boolean): Promise<EmbeddedServer[]> {
  const servers: EmbeddedServer[] = []
  for (const dataDir of dataDirs) {
    await mkdir(dataDir)
    if (dataDir !== dataDirs[0])
      await copyFile(join(dataDirs[0] as string, 'secrets.json'), join(dataDir, 'secrets.json'))
    takeOwnPort(dataDir)
    servers.push(await startReplicating(dataDir, replicationPassword, { throwaway }))
  }
  return servers
}

/** Copied as files, which is faster than creating and migrating each. */
async function startCopies(files: string, dataDirs: string[], throwaway: boolean): Promise<EmbeddedServer[]> {
  const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to])
  const [first, ...others] = dataDirs as [string, ...string[]]
  await copy(files, first)
  takeOwnPort(first)
  const server = await startReplicating(first, replicationPassword, { throwaway })
  const superuser = await connect(server.superuserUrl())
  for (const name of ['medislot', 'template', 'shared']) await superuser.query(`drop database ${name}`)
  await superuser.query('alter database migrated rename to medislot')
  await superuser.close()
  await server.stop()
  for (const other of others) {
    await copy(first, other)
    takeOwnPort(other)
  }
  const servers: EmbeddedServer[] = []
  for (const dataDir of dataDirs) servers.push(await startEmbedded(dataDir, { throwaway }))
  return servers
}

/** An installation with a global database and shards, and a connection to each as the owner. */
export interface Installation extends Servers {
  global: Connection
  /** Shard 1 first. */
  databases: Connection[]
}

/** Makes servers an installation, as an operator would, after `prepare`. Call remove() when done. */
export async function startInstallation(
  shardCount: number,
  prepare: (servers: EmbeddedServer[]) => Promise<void> = async () => {},
  options: ServersOptions = { migrated: true },
): Promise<Installation> {
  const servers = await startServers(1 + shardCount, options)
  await prepare(servers.servers)
  for (const [number, server] of servers.servers.entries()) {
    if (number === 0) continue
    const { code, stderr } = await servers.shards('add', String(number), addressOf(server))
    if (code !== 0) throw new Error(stderr)
  }
  const connections = await Promise.all(servers.servers.map((server) => connect(server.ownerUrl())))
  const [global, ...databases] = connections as [Connection, ...Connection[]]
  return {
    ...servers,
    global,
    databases,
    async remove() {
      for (const connection of connections) await connection.close()
      await servers.remove()
    },
  }
}
