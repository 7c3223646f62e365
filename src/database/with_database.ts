import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { exitOnSignals } from '../process/lifecycle.ts'
import type { Settings } from '../process/settings.ts'
import { dataDirectory } from './embedded/data_dir.ts'
import { addressOf, isRunning, startEmbedded } from './embedded/embedded.ts'
import { migrateDatabase } from './migrations.ts'

/**
 * Calls `work` with the owner's address of this checkout's database, and gives its result. The database is DATABASE_URL, else
 * the embedded server: the one that `npm start` is running, or one that is started and migrated for the duration of the work.
 * So a program that runs once works with or without a running `npm start`.
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

/** Waits for the address, since the other process may still be starting. */
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
