import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runMigrations } from 'graphile-worker'
import { Client } from 'pg'
import { baselineBody } from '../../../scripts/database/baseline.ts'
import { catalogue } from '../../../scripts/documents/catalogue.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase, ownerUrlOf } from '../../helpers/database/cluster.ts'
import { sqlFiles } from './sources.ts'

// sql/ is the living definition of the database. The migrations must make the same database.
const name = `files_${randomBytes(6).toString('hex')}`
let fromFiles: Client
let fromMigrations: Client
let migrated: ClonedDatabase

beforeAll(async () => {
  await asSuperuser(`create database ${name} owner medislot`)
  await runMigrations({ connectionString: ownerUrlOf(name) })
  fromFiles = new Client({ connectionString: ownerUrlOf(name) })
  migrated = await cloneDatabase('migrated')
  fromMigrations = new Client({ connectionString: migrated.url })
  await fromFiles.connect()
  await fromMigrations.connect()
  await fromFiles.query('begin')
  await fromFiles.query(await baselineBody())
  await fromFiles.query('commit')
})

afterAll(async () => {
  await fromFiles.end()
  await fromMigrations.end()
  await migrated.drop()
  await asSuperuser(`drop database ${name}`)
})

describe('the database that sql/contents.sql makes', () => {
  it('has the same catalogue as the database that the migrations make', async () => {
    expect((await catalogue(fromFiles)).split('\n')).toEqual((await catalogue(fromMigrations)).split('\n'))
  })

  it('has the same comments as the database that the migrations make', async () => {
    const comments = await descriptions(fromFiles)
    expect(comments.length).toBeGreaterThan(400)
    expect(comments).toEqual(await descriptions(fromMigrations))
  })

  it('accepts every function when its body is checked', async () => {
    // contents.sql switches the check off, because functions refer to objects that later files create.
    const faults: string[] = []
    for (const [path, text] of sqlFiles()) {
      if (!/^create or replace function/m.test(text)) continue
      await fromFiles.query(text).catch((error: Error) => faults.push(`${path}: ${error.message}`))
    }
    expect(faults).toEqual([])
  })
})

/** Every comment on an object of ours, after the object's name. */
async function descriptions(client: Client): Promise<string[]> {
  const { rows } = await client.query(
    `select pg_describe_object(classoid, objoid, objsubid) || ': ' || description as text
     from pg_description where pg_describe_object(classoid, objoid, objsubid) ~ '\\mapp_(public|hidden|private)\\.'
     order by 1`,
  )
  return rows.map(({ text }) => text)
}
