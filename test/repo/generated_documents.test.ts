import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { Client } from 'pg'
import { documents } from '../../scripts/documents/index.ts'
import { ownerUrlOf } from '../helpers/cluster.ts'

it.each(Object.entries(documents))('%s is what `npm run catalogue` makes of the database', async (file, text) => {
  const client = new Client({ connectionString: ownerUrlOf('shared') })
  await client.connect()
  try {
    expect((await readFile(file, 'utf8')).split('\n')).toEqual((await text(client)).split('\n'))
  } finally {
    await client.end()
  }
})
