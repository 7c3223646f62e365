import { dataDirectory } from './database/data_dir.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrateDatabase } from './database/migrations.ts'
import { loadDemoData } from './demo.ts'
import { Lifecycle } from './lifecycle.ts'
import { log } from './log.ts'
import { runProgram } from './run_program.ts'
import { signingKey, startServer } from './server.ts'
import { readSettings, type Settings } from './settings.ts'
import { startWorker } from './worker.ts'

// `npm start`: everything in one process tree. The embedded PostgreSQL, unless DATABASE_URL names another; migrations;
// the demo clinics on the first start; the HTTP server and the worker.
const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const { settings, ownerUrl, serverUrl, psql } = await withDatabaseStarted(readSettings('main'))
    await migrateDatabase(ownerUrl)
    if (settings.demo && (await loadDemoData(ownerUrl))) log.info('loaded the demo clinics')
    // Each part knows its own login only.
    const server = await startServer({ ...settings, databaseUrl: serverUrl }, lifecycle)
    const worker = await startWorker({
      ...settings,
      databaseUrl: ownerUrl,
      publicUrl: settings.publicUrl ?? server.url,
    })
    lifecycle.onStop('server and worker', () => Promise.all([server.stop(), worker.stop()]))
    // The one line on stdout: what to open, and for the embedded server how a DBA gets in.
    process.stdout.write(`medislot is ready: ${server.said}${psql ? `  psql: ${psql}` : ''}\n`)
  },
  () => lifecycle.stopping,
)

interface Started {
  settings: Settings & { jwtSecret: string }
  /** Addresses of the database, as its owner and as the HTTP server's login. */
  ownerUrl: string
  serverUrl: string
  /** How a DBA gets into the embedded server. */
  psql?: string
}

async function withDatabaseStarted(settings: Settings): Promise<Started> {
  const { databaseUrl, serverDatabaseUrl = databaseUrl } = settings
  if (databaseUrl && serverDatabaseUrl) {
    const jwtSecret = signingKey(settings)
    return { settings: { ...settings, jwtSecret }, ownerUrl: databaseUrl, serverUrl: serverDatabaseUrl }
  }

  const server = await startEmbedded(await dataDirectory(settings.dataDir))
  lifecycle.onStop('PostgreSQL', () => server.stop())
  server.ended.then(() => {
    if (lifecycle.stopping) return
    log.fatal('PostgreSQL ended. What was committed is safe; start again.')
    process.exit(1)
  })
  const { jwtSecret = server.secrets.jwtSecret } = settings
  const ownerUrl = server.ownerUrl()
  return { settings: { ...settings, jwtSecret }, ownerUrl, serverUrl: server.serverUrl(), psql: ownerUrl }
}
