import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commit, migrate, status, uncommit, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { startEmbedded } from '../src/database/embedded.ts'
import { connectionsClosed, migrateSettings } from '../src/database/migrations.ts'
import { runProgram } from '../src/run_program.ts'
import { StartError } from '../src/settings.ts'

// What a developer does with migrations/current.sql, on a temporary cluster that is made for the command and thrown
// away: graphile-migrate wants a database, a shadow of it and a superuser, and nobody's data should be at stake.
//   npm run db:watch                    runs current.sql, again after every change
//   npm run db:watch -- --once          runs it once: does it load?
//   npm run db:commit -- --message x    turns it into a committed migration
//   npm run db:uncommit                 takes the last committed migration back into current.sql
//   npm run db:status                   says whether current.sql holds anything (exit code 2)
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { message: { type: 'string', short: 'm' }, once: { type: 'boolean', default: false } },
})

await runProgram(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-db-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded(dataDir, { throwaway: true })
  const superuser = new Client({ connectionString: server.superuserUrl() })
  try {
    await superuser.connect()
    await superuser.query('create database medislot_shadow owner medislot')
    const settings = {
      ...(await migrateSettings()),
      connectionString: server.ownerUrl(),
      shadowConnectionString: server.ownerUrl('medislot_shadow'),
      rootConnectionString: server.superuserUrl(),
    }
    await migrate(settings)
    switch (positionals[0]) {
      case 'commit':
        if (!values.message) throw new StartError('A message is needed: npm run db:commit -- --message "what it does"')
        return await commit(settings, values.message)
      case 'uncommit':
        return await uncommit(settings)
      case 'watch':
        await watch(settings, values.once)
        if (!values.once) await new Promise((resolve) => process.once('SIGINT', resolve))
        return
      case 'status':
        if ((await status(settings)).hasCurrentMigration) process.exitCode = 2
        return
      default:
        throw new StartError(`Unknown command: ${positionals[0]}`)
    }
  } finally {
    await connectionsClosed(superuser)
    await superuser.end()
    await server.stop()
    await rm(dataDir, { recursive: true })
  }
})
