import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { exitOnSignals } from '../src/process/lifecycle.ts'
import { log } from '../src/process/log.ts'
import { runProgram } from '../src/process/run_program.ts'
import { withScratchDatabase } from './database/scratch_database.ts'
import { documents } from './documents/index.ts'

// npm run catalogue: writes the documents that are made from the database, as the migrations of this checkout make it.
const checkout = resolve(import.meta.dirname, '..')
log.level = 'warn'
exitOnSignals()

await runProgram(() =>
  withScratchDatabase(async (connectionString) => {
    const client = new Client({ connectionString })
    await client.connect()
    try {
      for (const [file, text] of Object.entries(documents)) await writeFile(join(checkout, file), await text(client))
    } finally {
      await client.end()
    }
  }),
)
