import { dataDirectory } from './database/data_dir.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrateDatabase } from './database/migrations.ts'
import { loadDemoData } from './demo.ts'
import { Lifecycle } from './lifecycle.ts'
import { log } from './log.ts'
import { runProgram } from './run_program.ts'
import { signingKey, startServer } from './server.ts'
import { readSettings, type ServerSettings, type Settings } from './settings.ts'
import { startWorker } from './worker.ts'

// `npm start`: everything in one process tree. The embedded PostgreSQL, unless DATABASE_URL names another; migrations;
// the demo clinics on the first start; the HTTP server and the worker.
const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const { settings, psql } = await withDatabaseStarted(readSettings('main'))
    await migrateDatabase(settings.databaseUrl)
    if (settings.demo && (await loadDemoData(settings.databaseUrl))) log.info('loaded the demo clinics')
    const server = await startServer(settings, lifecycle)
    const worker = await startWorker({ ...settings, publicUrl: settings.publicUrl ?? server.url })
    lifecycle.onStop('server and worker', () => Promise.all([server.stop(), worker.stop()]))
    // The one line on stdout: what to open, and for the embedded server how a DBA gets in.
    process.stdout.write(`medislot is ready: ${server.said}${psql ? `  psql: ${psql}` : ''}\n`)
  },
  () => lifecycle.stopping,
)

async function withDatabaseStarted(settings: Settings): Promise<{ settings: ServerSettings; psql?: string }> {
  const { databaseUrl } = settings
  if (databaseUrl) return { settings: { ...settings, databaseUrl, jwtSecret: signingKey(settings) } }

  const server = await startEmbedded(await dataDirectory(settings.dataDir))
  lifecycle.onStop('PostgreSQL', () => server.stop())
  server.ended.then(() => {
    if (lifecycle.stopping) return
    log.fatal('PostgreSQL ended. What was committed is safe; start again.')
    process.exit(1)
  })
  const { jwtSecret = server.secrets.jwtSecret } = settings
  return { settings: { ...settings, databaseUrl: server.ownerUrl(), jwtSecret }, psql: server.ownerUrl() }
}
