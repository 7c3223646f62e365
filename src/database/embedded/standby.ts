import { appendFile, chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { copyCluster } from './copy_cluster.ts'
import { type EmbeddedServer, startEmbedded } from './embedded.ts'
import { namesIn, placeOf } from './place.ts'
import { stopOrphan } from './postmaster.ts'

/**
 * Starts a hot standby of a running embedded server: a read-only copy that follows it. `primaryDir` is the server's data
 * directory; the standby gets `dataDir`, which it must not share. Whatever is there from before is replaced by a new copy. The
 * standby has the passwords of its primary.
 */
export async function startStandby(
  primary: EmbeddedServer,
  primaryDir: string,
  dataDir: string,
  { throwaway = false } = {},
): Promise<EmbeddedServer> {
  await mkdir(dataDir, { recursive: true })
  await chmod(dataDir, 0o755)
  await stopOrphan(await placeOf(dataDir))
  const { cluster } = namesIn(dataDir)
  await rm(cluster, { recursive: true, force: true })
  await keepWal(primary.superuserUrl())
  await copyCluster(primaryDir, primary.superuserUrl(), cluster)
  await copyFile(join(primaryDir, 'secrets.json'), join(dataDir, 'secrets.json'))
  await follow(primary, dataDir)
  return startEmbedded(dataDir, { throwaway })
}

/** Makes the stopped server of a data directory, which has a copy of the primary, follow it from its next start on. */
export async function follow(primary: EmbeddedServer, dataDir: string): Promise<void> {
  const { hostname, port, username, password } = new URL(primary.superuserUrl())
  const { cluster } = namesIn(dataDir)
  const connection = `host=${hostname} port=${port} user=${username} password=${password}`
  await appendFile(
    join(cluster, 'postgresql.auto.conf'),
    // With the feedback, the primary keeps rows that a read on the standby still needs, instead of cancelling the read.
    `\nprimary_conninfo = '${connection}'\nhot_standby_feedback = on\nwal_retrieve_retry_interval = '500ms'\n`,
  )
  await writeFile(join(cluster, 'standby.signal'), '')
}

/** Makes the primary keep enough WAL for a standby that starts, or starts again. */
async function keepWal(superuserUrl: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    await client.query(`alter system set wal_keep_size = '64MB'`)
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}
