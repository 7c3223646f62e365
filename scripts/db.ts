import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commit, defaultLogger, migrate, status, uncommit, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { startEmbedded } from '../src/database/embedded/embedded.ts'
import { connectionsClosed, migrateSettings } from '../src/database/migrations.ts'
import { exitOnSignals } from '../src/process/lifecycle.ts'
import { log } from '../src/process/log.ts'
import { runProgram } from '../src/process/run_program.ts'
import { StartError } from '../src/process/settings.ts'
import { writeBaseline } from './database/baseline.ts'

// Commands for developers around migrations/current.sql. They use a temporary cluster, because graphile-migrate needs a
// database, a shadow database and a superuser, and no data should be at risk.
//   npm run db:watch                    runs current.sql, again after every change
//   npm run db:watch -- --once          runs it once: does it load?
//   npm run db:commit -- --message x    turns it into a committed migration
//   npm run db:uncommit                 takes the last committed migration back into current.sql
//   npm run db:baseline                 writes the first migration anew from sql/ (until the first release)
//   npm run db:status                   exit code 2: current.sql has something that is not committed
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { message: { type: 'string', short: 'm' }, once: { type: 'boolean', default: false } },
})
log.level = 'warn'
const watching = positionals[0] === 'watch' && !values.once
// Ctrl-C ends watching in an orderly way.
if (!watching) exitOnSignals()

if (positionals[0] === 'baseline') await writeBaseline()
else await runProgram(onTemporaryCluster)

async function onTemporaryCluster(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-db-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded(dataDir, { throwaway: true })
  const superuser = new Client({ connectionString: server.superuserUrl() })
  try {
    await superuser.connect()
    await superuser.query('create database medislot_shadow owner medislot')
    const settings = {
      ...(await migrateSettings()),
      // For people, not for programs.
      logger: defaultLogger,
      connectionString: server.ownerUrl(),
      shadowConnectionString: server.ownerUrl('medislot_shadow'),
      rootConnectionString: server.superuserUrl(),
    }
    // With the actions, which are skipped otherwise while nothing is committed yet.
    await migrate(settings, false, true)
    await perform(settings)
  } catch (error) {
    // graphile-migrate has already shown an error in the SQL, with its position.
    if (!(error as { _gmlogged?: boolean })._gmlogged) throw error
    process.exitCode = 1
  } finally {
    await connectionsClosed(superuser)
    await superuser.end()
    await server.stop()
    await rm(dataDir, { recursive: true })
  }
}

async function perform(settings: Awaited<ReturnType<typeof migrateSettings>>): Promise<void> {
  switch (positionals[0]) {
    case 'commit':
      if (!values.message) throw new StartError('A message is needed: npm run db:commit -- --message "what it does"')
      return keepingCurrent(settings.migrationsFolder, () => commit(settings, values.message))
    case 'uncommit':
      return uncommit(settings)
    case 'watch':
      await watch(settings, values.once)
      if (watching) await new Promise((resolve) => process.once('SIGINT', resolve))
      return
    case 'status':
      if ((await status(settings)).hasCurrentMigration) process.exitCode = 2
      return
    default:
      throw new StartError(`Unknown command: ${positionals[0]}`)
  }
}

/** A failed commit leaves current.sql with its includes expanded, which graphile-migrate then refuses to read: restores it. */
async function keepingCurrent(migrationsFolder: string, work: () => Promise<void>): Promise<void> {
  const file = join(migrationsFolder, 'current.sql')
  const text = await readFile(file, 'utf8')
  try {
    await work()
  } catch (error) {
    await writeFile(file, text)
    throw error
  }
}
