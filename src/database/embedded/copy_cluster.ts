import { chown, cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { placeOf } from './place.ts'

// WAL comes from the server or from an archive, and slots are not restored. The other files are made again by PostgreSQL, and
// may disappear meanwhile.
const leftOut =
  /\/(pg_(wal|replslot)\/.+|postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|standby\.signal|recovery\.signal)$/

/**
 * Takes a base backup of a running embedded server into a folder that does not exist yet, as pg_basebackup does, which the
 * embedded PostgreSQL lacks: copies the files between pg_backup_start and pg_backup_stop. `dataDir` is the data directory of the
 * server, `superuserUrl` its address. The copy contains no WAL.
 */
export async function copyCluster(dataDir: string, superuserUrl: string, to: string): Promise<void> {
  const { cluster, spawning } = await placeOf(dataDir)
  const client = new Client({ connectionString: superuserUrl, application_name: 'medislot backup' })
  await client.connect()
  try {
    await client.query(`select pg_backup_start('medislot', fast => true)`)
    await cp(cluster, to, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !leftOut.test(path.slice(cluster.length)),
    })
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'select labelfile, spcmapfile from pg_backup_stop()',
    )
    const [{ labelfile, spcmapfile }] = rows as [(typeof rows)[number]]
    await writeFile(join(to, 'backup_label'), labelfile)
    if (spcmapfile) await writeFile(join(to, 'tablespace_map'), spcmapfile)
  } finally {
    await client.end()
  }
  const { uid, gid } = spawning
  if (uid === undefined || gid === undefined) return
  // Started by root, PostgreSQL runs as another user.
  await chown(to, uid, gid)
  for (const entry of await readdir(to, { recursive: true })) await chown(join(to, entry), uid, gid)
}
