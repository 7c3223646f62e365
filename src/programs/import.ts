import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Client, DatabaseError, type Pool } from 'pg'
import { listenForAsked, recordGlobally } from '../database/global_part.ts'
import { createPool } from '../database/pools.ts'
import { withLoginOf } from '../database/several_databases.ts'
import { withDatabase } from '../database/with_database.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, StartError } from '../process/settings.ts'
import { type Roster, readRoster } from '../roster/read_roster.ts'

// `npm run import -- <folder> [--shard <number>]`: imports a clinic's roster, all or nothing. app_private.import_roster checks it;
// this program reads the files and prints the result. DATABASE_URL leads to the global database also for a clinic of a shard,
// since that records the specializations.
await runProgram(async () => {
  const settings = readSettings('tool')
  const { folder, shard } = readArguments()
  // npm runs scripts in the checkout; the folder is relative to the caller's directory.
  const roster = await readRoster(resolve(process.env.INIT_CWD ?? '.', folder)).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.syscall ? new StartError(`${folder} cannot be read: ${error.message}`) : error
    },
  )
  if (Object.keys(roster).length === 0)
    throw new StartError(`${folder} is no folder with the files of a roster (see docs/import.md)`)
  await withDatabase(settings, (databaseUrl) =>
    shard === undefined ? importInto(databaseUrl, roster) : importIntoShard(databaseUrl, shard, roster),
  )
})

function readArguments(): { folder: string; shard: string | undefined } {
  const usage = () => new StartError('Usage: npm run import -- <folder of a roster> [--shard <number>]')
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { shard: { type: 'string' } } })
    const [folder, ...others] = positionals
    if (!folder || others.length > 0 || !/^\d{1,4}$/.test(values.shard ?? '0')) throw usage()
    return { folder, shard: values.shard }
  } catch {
    throw usage()
  }
}

async function importIntoShard(globalUrl: string, number: string, roster: Roster): Promise<void> {
  const global = createPool(globalUrl, { name: 'import', size: 1 })
  try {
    const { rows } = await global.query<{ address: string }>('select address from app_private.shards where id = $1', [
      number,
    ])
    if (!rows[0]) throw new StartError(`There is no shard ${number}.`)
    await importInto(withLoginOf(globalUrl, rows[0].address), roster, global)
  } finally {
    await global.end()
  }
}

/** Imports into a database. A shard has the global database record new specializations first, and the import runs again. */
async function importInto(databaseUrl: string, roster: Roster, global?: Pool): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot import' })
  await client.connect()
  // In an explicit transaction, so that nothing is stored after Ctrl-C. PostgreSQL would finish and commit a single statement
  // even when its client is gone.
  let stoppable = true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stoppable) return
      process.stderr.write('Stopped; nothing was stored.\n')
      process.exit(1)
    })
  }
  try {
    const rows = await importedRows(client, roster, global)
    // From here on Ctrl-C waits for the outcome of the commit.
    stoppable = false
    await client.query('commit')
    const { clinic_id: id, clinic_name: name, doctors, time_slots: timeSlots, services, questions, templates } = rows[0]
    const {
      resources,
      absences,
      new_specializations: added,
    }: Record<'resources' | 'absences', number> & {
      new_specializations: string[]
    } = rows[0]
    process.stdout.write(
      `Imported ${name} as clinic ${id}: ${doctors} doctors, ${timeSlots} time slots, ${templates} templates${services > 0 ? `, ${services} services, ${questions} questions` : ''}${resources > 0 ? `, ${resources} rooms and equipment` : ''}${absences > 0 ? `, ${absences} absences` : ''}.\n` +
        (added.length > 0 ? `Specializations that no clinic had before: ${added.join('; ')}.\n` : '') +
        `Its slots are made on its schedule; to make some now: select app_public.generate_booking_slots(${id}, current_date, current_date + 13);\n`,
    )
  } catch (error) {
    throw readableError(error)
  } finally {
    await client.end()
  }
}

/** Runs the import in a transaction, which stays open. */
async function importedRows(client: Client, roster: Roster, global: Pool | undefined) {
  using asked = listenForAsked(client)
  for (let recorded: Record<string, object> = {}; ; ) {
    try {
      // PostgreSQL checks each second whether the client is still connected, also while the statement runs or waits.
      await client.query(`begin; set local client_connection_check_interval = '1s'`)
      await client.query(`select set_config('medislot.recorded', $1, true)`, [JSON.stringify(recorded)])
      return (await client.query('select * from app_private.import_roster($1)', [JSON.stringify(roster)])).rows
    } catch (error) {
      const part = asked.take()
      if (!global || !part || recorded[part.task]) throw error
      await client.query('rollback')
      const added = await recordGlobally(part, { shard: client, global })
      if (!added) throw new StartError('The shard does not get what the global database has recorded.')
      recorded = { ...recorded, ...added }
    }
  }
}

interface Fault {
  file: string
  line: number | null
  column: string | null
  reason: string
}

/** Errors as compilers print them, one per line: `templates.csv:7 weekdays: "Mox" is no weekday`. */
function readableError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  // invalid_schema_name, undefined_function
  if (error.code === '3F000' || error.code === '42883') {
    return new StartError('The database has not been migrated. Run npm run migrate first.')
  }
  if (error.code === 'MS715')
    return new StartError(
      'New specializations are added by the global database: import with its DATABASE_URL and --shard.',
    )
  if (error.code !== 'MS601') return error
  const { faults }: { faults: Fault[] } = JSON.parse(error.detail ?? '')
  const places = faults.map(({ file, line, column, reason }) => {
    const place = line === null ? file : `${file}:${line}`
    return `${column === null ? place : `${place} ${column}`}: ${reason}`
  })
  return new StartError([...places, error.message].join('\n'))
}
