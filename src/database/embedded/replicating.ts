import { Client } from 'pg'
import { type EmbeddedServer, startEmbedded } from './embedded.ts'

/**
 * Starts an embedded server that can be the global database or a shard of an installation, as docs/shards.md says:
 * logical replication, its login with this password, and an owner who may subscribe and move clinics. On first use the
 * server starts twice, since the setting needs a restart.
 */
export async function startReplicating(
  dataDir: string,
  replicationPassword: string,
  { throwaway = false } = {},
): Promise<EmbeddedServer> {
  const server = await startEmbedded(dataDir, { throwaway })
  try {
    if (await prepare(server, replicationPassword, throwaway)) return server
  } catch (error) {
    await server.stop()
    throw error
  }
  await server.stop()
  return startEmbedded(dataDir, { throwaway })
}

/** Returns whether the server is ready; otherwise it has to be started again. */
async function prepare(server: EmbeddedServer, replicationPassword: string, throwaway: boolean): Promise<boolean> {
  const client = new Client({ connectionString: server.superuserUrl() })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select current_setting('wal_level') as level,
         exists (select from pg_roles where rolname = 'medislot_replication') as has_login`,
    )
    const [{ level, has_login: hasLogin }] = rows
    if (!hasLogin) await client.query('create role medislot_replication login replication bypassrls')
    await client.query(`alter role medislot_replication password ${client.escapeLiteral(replicationPassword)}`)
    await client.query('grant pg_create_subscription to medislot')
    await client.query('grant set on parameter session_replication_role to medislot')
    await client.query(`alter system set wal_level = 'logical'`)
    // For a dozen shards; PostgreSQL's own limits do for three.
    await client.query('alter system set max_logical_replication_workers = 16')
    await client.query('alter system set max_worker_processes = 24')
    for (const name of ['max_replication_slots', 'max_wal_senders', 'max_active_replication_origins'])
      await client.query(`alter system set ${name} = 16`)
    // Tests that stop copies wait for less than five seconds until they go on.
    if (throwaway) await client.query(`alter system set wal_retrieve_retry_interval = '100ms'`)
    return level === 'logical'
  } finally {
    await client.end()
  }
}
