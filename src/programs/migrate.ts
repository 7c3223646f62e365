import { declareProduction, migrateDatabase } from '../database/migrations.ts'
import { withDatabase } from '../database/with_database.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings } from '../process/settings.ts'

// `npm run migrate`: migrates the database of this checkout and ends. In production it needs DATABASE_URL only, with the owner
// as the user.
await runProgram(() => {
  const settings = readSettings('migrate')
  return withDatabase(settings, async (databaseUrl) => {
    await migrateDatabase(databaseUrl)
    if (settings.production) await declareProduction(databaseUrl)
  })
})
