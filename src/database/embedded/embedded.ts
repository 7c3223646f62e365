import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { log } from '../../process/log.ts'
import { StartError } from '../../process/settings.ts'
import { createCluster, createDatabase } from './cluster.ts'
import { takeOwnership } from './owner_lock.ts'
import { namesIn, placeOf } from './place.ts'
import { launch, stopOrphan } from './postmaster.ts'
import { keptSecrets, type Secrets, secretsOf } from './secrets.ts'

/** A running PostgreSQL that this process started. */
export interface EmbeddedServer {
  port: number
  secrets: Secrets
  /** Address of a database as `medislot`, the owner, which is not a superuser; by default database `medislot`. */
  ownerUrl(database?: string): string
  /** Address of a database as `app_authenticator`, the HTTP server's login; by default database `medislot`. */
  serverUrl(database?: string): string
  /** Address of a database as `app_billing`, the billing process's login; by default database `medislot`. */
  billingUrl(database?: string): string
  /** Address of a database as the superuser; by default database `postgres`. For tests and development tools only. */
  superuserUrl(database?: string): string
  /** Resolved when the server has ended, for whatever reason. */
  ended: Promise<void>
  /** Stops the server: clients are disconnected, nothing committed is lost. May be called more than once. */
  stop(): Promise<void>
}

const url = (user: string, password: string, port: number | string, database: string) =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`

/**
 * Starts the server of an existing data directory, and creates the cluster, the role `medislot` and its database on first use.
 * A server that an earlier process left behind after a kill -9 is stopped first. `throwaway` trades durability for speed, for
 * tests.
 * Throws StartError when another running process uses the directory, or when PostgreSQL does not start.
 */
export async function startEmbedded(dataDir: string, { throwaway = false } = {}): Promise<EmbeddedServer> {
  const letGo = takeOwnership(dataDir)
  if (!letGo) {
    throw new StartError(
      `medislot is already running on ${dataDir}. Stop it first, or give this one a directory of its own with MEDISLOT_DATA_DIR.`,
    )
  }
  try {
    const place = await placeOf(dataDir)
    const secrets = await secretsOf(dataDir)
    const began = performance.now()
    await stopOrphan(place)
    await createCluster(place, secrets, throwaway)
    const { child, port } = await launch(place, throwaway)
    const server = serverOf(child, port, secrets, letGo)
    try {
      await createDatabase(server.superuserUrl(), secrets)
    } catch (error) {
      await server.stop()
      throw error
    }
    log.info({ port, ms: Math.round(performance.now() - began), dataDir }, 'embedded PostgreSQL started')
    return server
  } catch (error) {
    letGo()
    throw error
  }
}

function serverOf(child: ChildProcess, port: number, secrets: Secrets, letGo: () => void): EmbeddedServer {
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      letGo()
      resolve()
    }
    // It may have ended already.
    if (child.exitCode !== null || child.signalCode !== null) end()
    else child.once('exit', end)
  })
  return {
    port,
    secrets,
    ownerUrl: (database = 'medislot') => url('medislot', secrets.ownerPassword, port, database),
    serverUrl: (database = 'medislot') => url('app_authenticator', secrets.serverPassword, port, database),
    billingUrl: (database = 'medislot') => url('app_billing', secrets.billingPassword, port, database),
    superuserUrl: (database = 'postgres') => url('postgres', secrets.superuserPassword, port, database),
    ended,
    async stop() {
      // PostgreSQL's "fast" stop. During a restart after a crash it may take for ever. The "immediate" stop then loses no
      // data, but the next start has to recover from the log.
      child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGQUIT'), 10_000)
      await ended
      clearTimeout(late)
    },
  }
}

/** Whether a process runs a server on a data directory, or is starting one. */
export function isRunning(dataDir: string): boolean {
  const letGo = takeOwnership(dataDir)
  letGo?.()
  return !letGo
}

/** The owner's address of the server that another process runs on a data directory. Throws while it has none yet. */
export async function addressOf(dataDir: string): Promise<string> {
  const { ownerPassword } = await keptSecrets(dataDir)
  return url('medislot', ownerPassword, (await readFile(namesIn(dataDir).portFile, 'utf8')).trim(), 'medislot')
}
