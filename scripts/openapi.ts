import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import openapiTypes from 'openapi-typescript'
import { requestPool } from '../src/database/pools.ts'
import { log } from '../src/process/log.ts'
import { runProgram } from '../src/process/run_program.ts'
import { openApiText } from '../src/rest/openapi/openapi_text.ts'
import { withScratchDatabase } from './database/scratch_database.ts'

// npm run openapi: writes openapi.json, the REST API of a database as the migrations of this checkout make it, and the
// types of the generated client that the tests book with.
const checkout = resolve(import.meta.dirname, '..')
log.level = 'warn'

await runProgram(() =>
  withScratchDatabase(async (databaseUrl) => {
    const pool = requestPool({ databaseUrl, poolSize: 2, statementTimeoutMs: 60_000 })
    try {
      const text = await openApiText(pool)
      await writeFile(join(checkout, 'openapi.json'), text)
      await writeFile(join(checkout, 'test/rest/openapi.d.ts'), await openapiTypes(JSON.parse(text)))
    } finally {
      await pool.end()
    }
  }),
)
