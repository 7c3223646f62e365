import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { startEmbedded } from '../../src/database/embedded/embedded.ts'
import { connectionsClosed, migrateSettings } from '../../src/database/migrations.ts'

/**
 * Calls `work` with the owner's address of a database as this checkout makes it (committed migrations, then
 * current.sql), and returns its result. The database is on a temporary cluster.
 */
export async function withScratchDatabase<Result>(work: (databaseUrl: string) => Promise<Result>): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-scratch-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded(dataDir, { throwaway: true })
  const superuser = new Client({ connectionString: server.superuserUrl() })
  try {
    await superuser.connect()
    const settings = { ...(await migrateSettings()), connectionString: server.ownerUrl() }
    await migrate(settings, false, true)
    await watch(settings, true)
    return await work(server.ownerUrl())
  } finally {
    await connectionsClosed(superuser)
    await superuser.end()
    await server.stop()
    await rm(dataDir, { recursive: true })
  }
}
