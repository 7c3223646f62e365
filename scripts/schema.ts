import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestPool } from '../src/database/pools.ts'
import { printedSchema } from '../src/graphql/schema/printed_schema.ts'
import { log } from '../src/process/log.ts'
import { runProgram } from '../src/process/run_program.ts'
import { withScratchDatabase } from './database/scratch_database.ts'

// npm run schema: writes schema.graphql, the GraphQL API of a database as the migrations of this checkout make it.
const file = join(import.meta.dirname, '../schema.graphql')
log.level = 'warn'

await runProgram(() =>
  withScratchDatabase(async (databaseUrl) => {
    const pool = requestPool({ databaseUrl, poolSize: 2, statementTimeoutMs: 60_000 })
    try {
      await writeFile(file, await printedSchema(pool))
    } finally {
      await pool.end()
    }
  }),
)
