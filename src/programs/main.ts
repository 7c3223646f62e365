import { join } from 'node:path'
import { startBilling } from '../billing/start_billing.ts'
import { dataDirectory } from '../database/embedded/data_dir.ts'
import { type EmbeddedServer, startEmbedded } from '../database/embedded/embedded.ts'
import { startStandby } from '../database/embedded/standby.ts'
import { migrateDatabase } from '../database/migrations.ts'
import { Lifecycle } from '../process/lifecycle.ts'
import { log } from '../process/log.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, type Settings } from '../process/settings.ts'
import { startTracing } from '../process/tracing.ts'
import { loadDemoData } from '../roster/demo.ts'
import { serveDemoCalendar } from '../roster/demo_calendar.ts'
import { signingKey, startServer } from '../server/start_server.ts'
import { startWorker } from '../worker/start_worker.ts'

// `npm start`: everything in one process tree: the embedded PostgreSQL, unless DATABASE_URL is set; the migrations; the
// demo clinics on the first start; the HTTP server, the worker, and billing with the provider for development.
const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const { settings, ownerUrl, serverUrl, billingUrl, psql, startStandbys } = await withDatabaseStarted(
      readSettings('main'),
    )
    lifecycle.onStop('tracing', await startTracing(settings.tracesUrl, 'main'))
    await migrateDatabase(ownerUrl)
    const isNew = settings.demo && (await loadDemoData(ownerUrl))
    if (isNew) log.info('loaded the demo clinics')
    if (settings.demo && settings.calendarKeys)
      lifecycle.onStop('the calendar of the demo', await serveDemoCalendar(ownerUrl, settings.calendarKeys, isNew))
    const replicaUrls = [...settings.replicaUrls, ...((await startStandbys?.()) ?? [])]
    // Each part gets only its own login.
    const server = await startServer({ ...settings, replicaUrls, databaseUrl: serverUrl }, lifecycle)
    const publicUrl = settings.publicUrl ?? server.url
    const worker = await startWorker({ ...settings, databaseUrl: ownerUrl, publicUrl })
    // In production a program of its own has the keys of the payment provider.
    const billing = settings.production
      ? undefined
      : await startBilling({ ...settings, databaseUrl: billingUrl, publicUrl }, lifecycle)
    lifecycle.onStop('server, worker and billing', () => Promise.all([server.stop(), worker.stop(), billing?.stop()]))
    // The only line on stdout: the address to open, and the address of the embedded database for psql.
    process.stdout.write(`medislot is ready: ${server.displayUrl}${psql ? `  psql: ${psql}` : ''}\n`)
  },
  () => lifecycle.stopping,
)

interface Started {
  settings: Settings & { jwtSecret: string }
  /** Addresses of the database, as its owner and as the logins of the HTTP server and the billing process. */
  ownerUrl: string
  serverUrl: string
  billingUrl: string
  /** The address of the embedded database for psql. */
  psql?: string
  /** Starts the standbys of the embedded database. Returns their addresses for the HTTP server. */
  startStandbys?: () => Promise<string[]>
}

async function withDatabaseStarted(settings: Settings): Promise<Started> {
  const {
    databaseUrl,
    serverDatabaseUrl: serverUrl = databaseUrl,
    billingDatabaseUrl: billingUrl = databaseUrl,
  } = settings
  if (databaseUrl && serverUrl && billingUrl) {
    const jwtSecret = signingKey(settings)
    return { settings: { ...settings, jwtSecret }, ownerUrl: databaseUrl, serverUrl, billingUrl }
  }

  const dataDir = await dataDirectory(settings.dataDir)
  const server = await startEmbedded(dataDir)
  lifecycle.onStop('PostgreSQL', () => server.stop())
  server.ended.then(() => {
    if (lifecycle.stopping) return
    log.fatal('PostgreSQL ended. What was committed is safe; start again.')
    process.exit(1)
  })
  const { jwtSecret = server.secrets.jwtSecret, calendarKeys = server.secrets.calendarKeys } = settings
  const ownerUrl = server.ownerUrl()
  return {
    settings: { ...settings, jwtSecret, calendarKeys },
    ownerUrl,
    serverUrl: server.serverUrl(),
    billingUrl: server.billingUrl(),
    psql: ownerUrl,
    startStandbys: () => standbysOf(server, dataDir, settings.embeddedStandbys),
  }
}

async function standbysOf(primary: EmbeddedServer, dataDir: string, count: number): Promise<string[]> {
  const urls: string[] = []
  for (let n = 1; n <= count; n++) {
    const standby = await startStandby(primary, dataDir, join(dataDir, `standby${n}`))
    // They stop before their primary.
    lifecycle.onStop(`standby ${n}`, () => standby.stop())
    urls.push(standby.serverUrl())
  }
  return urls
}
