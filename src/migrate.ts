import { declareProduction, migrateDatabase } from './database/migrations.ts'
import { withDatabase } from './database/with_database.ts'
import { runProgram } from './run_program.ts'
import { readSettings } from './settings.ts'

// `npm run migrate`: brings the database of this checkout up to date and ends. In production DATABASE_URL, as the
// owner, is all it needs.
await runProgram(() => {
  const settings = readSettings('migrate')
  return withDatabase(settings, async (databaseUrl) => {
    await migrateDatabase(databaseUrl)
    if (settings.production) await declareProduction(databaseUrl)
  })
})
