import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestPool } from '../../src/database/pools.ts'
import { printedSchema } from '../../src/graphql/printed_schema.ts'
import { serverUrlOf } from '../helpers/cluster.ts'

test('schema.graphql is what the code and the migrations make (npm run schema)', async () => {
  const pool = requestPool({ databaseUrl: serverUrlOf('shared'), poolSize: 2, statementTimeoutMs: 60_000 })
  try {
    const committed = await readFile(join(import.meta.dirname, '../../schema.graphql'), 'utf8')
    expect(await printedSchema(pool)).toBe(committed)
  } finally {
    await pool.end()
  }
})
