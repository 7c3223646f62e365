import { writeFile } from 'node:fs/promises'
import { Client } from 'pg'
import { writeBaseline } from '../../scripts/database/baseline.ts'
import { ownerUrlOf, testCluster } from '../helpers/database/cluster.ts'
import { makeDatabases } from '../helpers/run/global_setup.ts'

// Recreates the databases of a lane from sql/ of this checkout. lane.ts runs it in its copy of the checkout: the
// migrations that it replaces are copies, too.
await writeBaseline()
await writeFile('migrations/current.sql', '-- Nothing\n')

const superuserUrl = () => testCluster().clones.superuserUrl
const superuser = new Client({ connectionString: superuserUrl() })
await superuser.connect()
for (const name of ['shared', 'template', 'migrated']) {
  await superuser.query(`drop database if exists ${name} with (force)`)
}
await superuser.end()
await makeDatabases({ ownerUrl: (database = 'medislot') => ownerUrlOf(database), superuserUrl })
