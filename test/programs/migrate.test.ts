import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { migrateDatabase } from '../../src/database/migrations.ts'
import { StartError } from '../../src/process/settings.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'

let database: ClonedDatabase
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())

test('refuses a database with other migrations, and does not change it', async () => {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const applied = () => client.query('select * from graphile_migrate.migrations').then(({ rows }) => rows)
  try {
    await migrateDatabase(database.url)
    await client.query(`update graphile_migrate.migrations set hash = 'sha1:0'`)
    const before = await applied()
    await expect(migrateDatabase(database.url)).rejects.toBeInstanceOf(StartError)
    expect(await applied()).toEqual(before)
  } finally {
    await client.end()
  }
})
