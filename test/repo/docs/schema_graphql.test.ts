import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestPool } from '../../../src/database/pools.ts'
import { printedSchema } from '../../../src/graphql/schema/printed_schema.ts'
import { serverUrlOf } from '../../helpers/database/cluster.ts'

test('schema.graphql is up to date with the code and the migrations (npm run schema)', async () => {
  const pool = requestPool({ databaseUrl: serverUrlOf('shared'), poolSize: 2, statementTimeoutMs: 60_000 })
  try {
    const committed = await readFile(join(import.meta.dirname, '../../../schema.graphql'), 'utf8')
    expect(await printedSchema(pool)).toBe(committed)
  } finally {
    await pool.end()
  }
})
