import { addShard } from '../../../src/shards/add.ts'
import { ownerUrlOf, serverUrlOf, superuserUrlOf } from '../database/cluster.ts'
import { connect } from '../database/connection.ts'
import { databasesOfRun } from './sharded_owner.ts'
import { replicationPassword } from './shards.ts'

// In a run with shards (jest.sharded.config.js), the server that tests share has a global database, and the clinics of the
// tests are in shards in turn. Test files that run at the same time would see each other's copies, so such a run has one worker.

/** Makes the global database and the shards of a run, as `npm run shards -- add` does. */
export async function makeSharded(): Promise<{ name: string; serverUrl: string }> {
  for (const name of databasesOfRun) {
    const superuser = await connect(superuserUrlOf(name).replace(/[^/]+$/, 'postgres'))
    await superuser.query(`create database ${name} template template owner medislot strategy file_copy`)
    // What is committed is sent to subscribers at once, as its log is written by then.
    await superuser.query(`alter database ${name} set synchronous_commit = on`)
    await superuser.close()
  }
  for (const [number, name] of databasesOfRun.entries())
    if (number > 0) await addShard(ownerUrlOf('global'), number, ownerUrlOf(name), replicationPassword)
  return { name: 'global', serverUrl: serverUrlOf('global') }
}
