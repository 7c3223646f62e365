import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { documents } from '../../../scripts/documents/index.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'

// The database as the migrations make it: the databases of other tests use a lower cost for password hashes.
let database: ClonedDatabase
let client: Client
beforeAll(async () => {
  database = await cloneDatabase('migrated')
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

it.each(Object.entries(documents))('%s is what `npm run catalogue` makes of the database', async (file, text) => {
  expect((await readFile(file, 'utf8')).split('\n')).toEqual((await text(client)).split('\n'))
})
