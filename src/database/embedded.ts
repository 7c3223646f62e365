import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { log } from '../log.ts'
import { StartError } from '../settings.ts'
import { createCluster, createDatabase } from './cluster.ts'
import { takeOwnership } from './owner_lock.ts'
import { namesIn, placeOf } from './place.ts'
import { launch, stopOrphan } from './postmaster.ts'
import { keptSecrets, type Secrets, secretsOf } from './secrets.ts'

/** A running PostgreSQL that this process started. */
export interface EmbeddedServer {
  port: number
  secrets: Secrets
  /** Address of a database as `medislot`, the owner, who is no superuser; by default database `medislot`. */
  ownerUrl(database?: string): string
  /** Address of a database as `app_authenticator`, the HTTP server's login; by default database `medislot`. */
  serverUrl(database?: string): string
  /** Address of a database as the superuser; by default database `postgres`. For tests and development tools only. */
  superuserUrl(database?: string): string
  /** Fulfilled when the server has ended, whoever ended it. */
  ended: Promise<void>
  /** Ends the server: clients are cut off, nothing committed is lost. May be called more than once. */
  stop(): Promise<void>
}

const url = (user: string, password: string, port: number | string, database: string) =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`

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
    // It may have ended since it was last looked at.
    if (child.exitCode !== null || child.signalCode !== null) end()
    else child.once('exit', end)
  })
  return {
    port,
    secrets,
    ownerUrl: (database = 'medislot') => url('medislot', secrets.ownerPassword, port, database),
    serverUrl: (database = 'medislot') => url('app_authenticator', secrets.serverPassword, port, database),
    superuserUrl: (database = 'postgres') => url('postgres', secrets.superuserPassword, port, database),
    ended,
    async stop() {
      // PostgreSQL's "fast" stop. In the middle of a restart after a crash it may take for ever; the "immediate" one
      // costs a recovery from the log at the next start, no data.
      child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGQUIT'), 10_000)
      await ended
      clearTimeout(late)
    },
  }
}

/** Whether a living process, perhaps still starting, runs a server on a data directory. */
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
