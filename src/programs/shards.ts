import { isRefusal } from '../database/error_codes.ts'
import { globalNumber } from '../database/several_databases.ts'
import { withDatabase } from '../database/with_database.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, StartError } from '../process/settings.ts'
import { addShard } from '../shards/add.ts'
import { faultsOf } from '../shards/check.ts'
import { copyAgain } from '../shards/copy_again.ts'
import { databaseName, moveClinic } from '../shards/move.ts'
import { proxySql } from '../shards/proxy.ts'
import { statusLines } from '../shards/status.ts'

// `npm run shards -- add|move|copy|status|check|proxy`: spreads clinics over several databases, for operators (docs/shards.md). DATABASE_URL
// is the global database, as its owner.
const usage = `Usage:
  npm run shards -- add 1 postgresql://shard1.example:5432/medislot
  npm run shards -- move 17 2
  npm run shards -- move 17 global --wait 40
  npm run shards -- copy 2
  npm run shards -- status
  npm run shards -- check
  npm run shards -- proxy
Passwords are in DATABASE_URL and REPLICATION_PASSWORD (docs/shards.md).`

await runProgram(async () => {
  const settings = readSettings('tool')
  const [command, ...given] = process.argv.slice(2)
  const work = { add, move, copy, status, check, proxy }[command ?? '']
  if (!work) throw new StartError(usage)
  await withDatabase(settings, async (databaseUrl) => {
    await work(databaseUrl, given, settings.replicationPassword).catch((error: unknown) => {
      if (isRefusal(error)) throw new StartError(error.message)
      throw error
    })
  })
})

async function add(databaseUrl: string, given: string[], password: string | undefined): Promise<void> {
  const [number = '', address, ...others] = given
  if (!/^[1-9]\d{0,3}$/.test(number) || !address || others.length > 0) throw new StartError(usage)
  const shard = await addShard(databaseUrl, Number(number), address, required(password))
  process.stdout.write(`${shard.address} is shard ${shard.id}.\n`)
}

async function copy(databaseUrl: string, given: string[], password: string | undefined): Promise<void> {
  const [number = '', ...others] = given
  if (!/^[1-9]\d{0,3}$/.test(number) || others.length > 0) throw new StartError(usage)
  await copyAgain(databaseUrl, Number(number), required(password))
  process.stdout.write(`The copies of shard ${number} are complete.\n`)
}

function required(password: string | undefined): string {
  if (!password) throw new StartError('REPLICATION_PASSWORD: must be set, the password of medislot_replication')
  return password
}

async function move(databaseUrl: string, given: string[]): Promise<void> {
  const [clinicId = '', shard = '', option, minutes = '', ...others] = given
  if (!/^[1-9]\d{0,15}$/.test(clinicId) || !/^(global|[1-9]\d{0,3})$/.test(shard) || others.length > 0)
    throw new StartError(usage)
  if (option !== undefined && !(option === '--wait' && /^\d{1,4}$/.test(minutes))) throw new StartError(usage)
  const to = shard === 'global' ? globalNumber : Number(shard)
  await moveClinic(databaseUrl, clinicId, to, Number(minutes) * 60_000)
  process.stdout.write(`Clinic ${clinicId} is in ${databaseName(to)}.\n`)
}

async function status(databaseUrl: string, given: string[]): Promise<void> {
  if (given.length > 0) throw new StartError(usage)
  process.stdout.write(`${(await statusLines(databaseUrl)).join('\n')}\n`)
}

async function check(databaseUrl: string, given: string[]): Promise<void> {
  if (given.length > 0) throw new StartError(usage)
  const faults = await faultsOf(databaseUrl)
  if (faults.length > 0) throw new StartError(faults.join('\n'))
  process.stdout.write('Map, clinics and copies agree.\n')
}

async function proxy(databaseUrl: string, given: string[]): Promise<void> {
  if (given.length > 0) throw new StartError(usage)
  process.stdout.write(await proxySql(databaseUrl))
}
