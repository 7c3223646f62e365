import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { exitOnSignals } from '../lifecycle.ts'
import type { Settings } from '../settings.ts'
import { dataDirectory } from './data_dir.ts'
import { addressOf, isRunning, startEmbedded } from './embedded.ts'
import { migrateDatabase } from './migrations.ts'

/**
 * Calls `work` with the owner's address of the database that this checkout uses, and gives what it gives: DATABASE_URL,
 * else the embedded server, be it the one that `npm start` is running or one started, and migrated, for as long as the
 * work takes. So a program that runs once works beside a running `npm start` and without it.
 */
export async function withDatabase<T>(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  if (settings.databaseUrl) return work(settings.databaseUrl)

  const dataDir = await dataDirectory(settings.dataDir)
  if (isRunning(dataDir)) return work(await addressOnceItAnswers(dataDir))

  exitOnSignals()
  const server = await startEmbedded(dataDir)
  try {
    await migrateDatabase(server.ownerUrl())
    return await work(server.ownerUrl())
  } finally {
    await server.stop()
  }
}

/** The other process may have begun to start a moment ago. */
async function addressOnceItAnswers(dataDir: string): Promise<string> {
  for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
    try {
      const address = await addressOf(dataDir)
      const client = new Client({ connectionString: address, connectionTimeoutMillis: 2000 })
      await client.connect()
      await client.end()
      return address
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}
