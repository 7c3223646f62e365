import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startBilling } from '../billing/start_billing.ts'
import { dataDirectory } from '../database/embedded/data_dir.ts'
import type { EmbeddedServer } from '../database/embedded/embedded.ts'
import { startReplicating } from '../database/embedded/replicating.ts'
import { secretsOf } from '../database/embedded/secrets.ts'
import { migrateDatabase } from '../database/migrations.ts'
import { clinicsOf, peopleOf } from '../database/several_databases.ts'
import { Lifecycle } from '../process/lifecycle.ts'
import { log } from '../process/log.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, StartError } from '../process/settings.ts'
import { loadDemoClinics, loadDemoPeople } from '../roster/demo.ts'
import { serveDemoCalendar } from '../roster/demo_calendar.ts'
import { startServer } from '../server/start_server.ts'
import { addShard } from '../shards/add.ts'
import { addressWithoutLogin, connectOwner } from '../shards/databases.ts'
import { caughtUp } from '../shards/replication.ts'
import { startWorker } from '../worker/start_worker.ts'

// `npm run start:shards`: an installation with shards on one machine, to try it out (docs/shards.md): three embedded
// PostgreSQL servers, which are the global database and two shards with the demo clinics; the HTTP server; and, for
// each database, a worker and billing with the provider for development.

/** The demo clinics of each shard. */
const clinicsOfShards = [['riverside'], ['harbour', 'lagoon']]

interface Databases {
  global: EmbeddedServer
  /** Shards 1, 2, … */
  shards: EmbeddedServer[]
}

const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const settings = readSettings('main')
    if (settings.production || settings.databaseUrl)
      throw new StartError('npm run start:shards has databases of its own, to try it out: unset DATABASE_URL.')
    const databases = await startDatabases(join(await dataDirectory(settings.dataDir), 'shards'))
    const { global, shards } = databases
    await connectDatabases(databases)
    const { jwtSecret = global.secrets.jwtSecret, calendarKeys = global.secrets.calendarKeys } = settings
    if (settings.demo) await loadDemo(databases, calendarKeys)

    const keys = { jwtSecret, calendarKeys }
    const server = await startServer({ ...settings, ...keys, databaseUrl: global.serverUrl() }, lifecycle)
    lifecycle.onStop('HTTP server', server.stop)
    const { publicUrl = server.url, billingPort: port } = settings
    for (const [n, database] of [global, ...shards].entries()) {
      const worker = await startWorker({ ...settings, ...keys, databaseUrl: database.ownerUrl(), publicUrl })
      lifecycle.onStop('worker', worker.stop)
      const ofDatabase = { databaseUrl: database.billingUrl(), billingPort: port && port + n }
      const billing = await startBilling({ ...settings, publicUrl, ...ofDatabase }, lifecycle)
      lifecycle.onStop('billing', billing.stop)
    }
    const addresses = [`psql: ${global.ownerUrl()}`, ...shards.map((shard, n) => `shard ${n + 1}: ${shard.ownerUrl()}`)]
    process.stdout.write(`medislot is ready: ${[server.displayUrl, ...addresses].join('  ')}\n`)
  },
  () => lifecycle.stopping,
)

/** Starts a server for each database in a folder of its own. All have the same passwords. */
async function startDatabases(folder: string): Promise<Databases> {
  const start = async (name: string) => {
    const dataDir = join(folder, name)
    await mkdir(dataDir, { recursive: true })
    for (const path of [folder, dataDir]) await chmod(path, 0o755)
    if (name !== 'global') await copyFile(join(folder, 'global/secrets.json'), join(dataDir, 'secrets.json'))
    const { ownerPassword } = await secretsOf(dataDir)
    const server = await startReplicating(dataDir, ownerPassword)
    lifecycle.onStop(`PostgreSQL of ${name}`, () => server.stop())
    server.ended.then(() => {
      if (!lifecycle.stopping) log.error(`PostgreSQL of ${name} has ended. Start again to use it.`)
    })
    return server
  }
  const global = await start('global')
  const shards: EmbeddedServer[] = []
  for (const number of clinicsOfShards.keys()) shards.push(await start(`shard${number + 1}`))
  return { global, shards }
}

/** Makes the databases an installation, as `npm run shards -- add` does. */
async function connectDatabases({ global, shards }: Databases): Promise<void> {
  await migrateDatabase(global.ownerUrl())
  const client = await connectOwner(global.ownerUrl())
  try {
    // A server gets another port when its last one was taken, perhaps by another of these servers, which then has its
    // former address.
    await client.query(`update app_private.shards set address = 'postgresql://moving/' || id where id <= $1`, [
      shards.length,
    ])
    for (const [index, shard] of shards.entries()) {
      const address = addressWithoutLogin(shard.ownerUrl())
      await client.query('update app_private.shards set address = $2 where id = $1', [index + 1, address])
      await addShard(global.ownerUrl(), index + 1, address, global.secrets.ownerPassword)
    }
  } finally {
    await client.end()
  }
}

/**
 * Loads the demo: people into the global database, and, once they are copied, the clinics into the shards. Serves the
 * calendar of one of its doctors, whose clinic may have been moved.
 */
async function loadDemo({ global, shards }: Databases, calendarKeys: string): Promise<void> {
  const loaded = [await loadDemoPeople(global.ownerUrl())]
  const serveCalendar = async (database: EmbeddedServer, isNew: boolean) =>
    lifecycle.onStop('the calendar of the demo', await serveDemoCalendar(database.ownerUrl(), calendarKeys, isNew))
  await serveCalendar(global, false)
  for (const [index, shard] of shards.entries()) {
    const number = index + 1
    await untilCopied(global, peopleOf(number))
    const isNew =
      !(await hasMadeClinics(global, number)) && (await loadDemoClinics(shard.ownerUrl(), clinicsOfShards[index] ?? []))
    loaded.push(isNew)
    await serveCalendar(shard, isNew)
    await untilCopied(shard, clinicsOf(number))
  }
  if (loaded.includes(true)) log.info('loaded the demo clinics')
}

/** Whether there are clinics, anywhere, that were made in a shard. All of them may have been moved away. */
async function hasMadeClinics(global: EmbeddedServer, shard: number): Promise<boolean> {
  const client = await connectOwner(global.ownerUrl())
  try {
    const { rows } = await client.query(
      'select exists (select from app_public.clinics where id / 1000000000000 = $1) as has',
      [shard],
    )
    return rows[0].has
  } finally {
    await client.end()
  }
}

async function untilCopied(from: EmbeddedServer, slot: string): Promise<void> {
  const client = await connectOwner(from.ownerUrl())
  try {
    if (!(await caughtUp(client, slot))) throw new StartError(`${slot}: the copies do not catch up.`)
  } finally {
    await client.end()
  }
}
