import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { isRefusal } from '../database/error_codes.ts'
import { withDatabase } from '../database/with_database.ts'
import { holidays } from '../holidays/holidays.ts'
import { regions } from '../holidays/regions.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, StartError } from '../process/settings.ts'
import { Refusal } from '../request/refusal.ts'

// `npm run holidays -- regions|propose|confirm`: public holidays of a region as absences of a clinic, for operators
// (docs/operations.md).
const usage = `Usage:
  npm run holidays -- regions [--within DE] [--language de]
  npm run holidays -- propose --clinic ID --region DE-BE --year 2027 [--language de]
  npm run holidays -- confirm --clinic ID --region DE-BE --year 2027 [--language de] [--except 2027-03-08]...
    [--booked refuse|list|cancel] [--reason TEXT]
Confirming adds them as absences of all doctors, each once. Visits that are booked on them are listed for rebooking, unless
--booked says otherwise.`

await runProgram(async () => {
  const { command, options } = readArguments()
  const { within, language } = options
  if (command === 'regions') return print((await regions(within, language)).map(({ code, name }) => `${code}  ${name}`))
  const { clinic, region, year } = options
  if (!/^\d{1,18}$/.test(clinic ?? '') || !region || !/^\d{4}$/.test(year ?? '')) throw new StartError(usage)
  const days = await holidays({ region, year: Number(year), language }).catch((error: unknown) => {
    throw error instanceof Refusal ? new StartError(error.message) : error
  })
  await withDatabase(readSettings('tool'), async (databaseUrl) => {
    const client = new Client({ connectionString: databaseUrl, application_name: 'medislot holidays' })
    await client.connect()
    try {
      const known = await knownIn(client, clinic as string)
      const lineOf = ({ date, startTime, name, sourceKey }: Day) =>
        `${date}  ${startTime ? `from ${startTime.slice(0, 5)}: ` : ''}${name}${known.has(sourceKey) ? ' (entered already)' : ''}`
      if (command === 'propose') return print(days.map(lineOf))
      const chosen = days.filter(({ date }) => !options.except?.includes(date))
      const added = await confirm(client, chosen, options)
      print([...chosen.filter(({ sourceKey }) => added.has(sourceKey)).map(lineOf), `Added ${added.size} absences.`])
    } catch (error) {
      if (isRefusal(error)) throw new StartError([error.message, error.detail].filter(Boolean).join(' '))
      throw error
    } finally {
      await client.end()
    }
  })
})

type Day = Awaited<ReturnType<typeof holidays>>[number]
type Options = ReturnType<typeof readArguments>['options']

function print(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

function readArguments() {
  const text = { type: 'string' } as const
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        within: text,
        language: text,
        clinic: text,
        region: text,
        year: text,
        except: { type: 'string', multiple: true },
        booked: text,
        reason: text,
      },
    })
    const [command, ...others] = positionals
    if (!['regions', 'propose', 'confirm'].includes(command ?? '') || others.length > 0) throw new Error()
    if (values.booked !== undefined && !['refuse', 'list', 'cancel'].includes(values.booked)) throw new Error()
    return { command, options: values }
  } catch {
    throw new StartError(usage)
  }
}

/** The source keys of the absences that the clinic has. */
async function knownIn(client: Client, clinicId: string): Promise<Set<string>> {
  const { rows } = await client.query<{ source_key: string }>(
    'select source_key from app_public.absences where clinic_id = $1 and source_key is not null',
    [clinicId],
  )
  return new Set(rows.map(({ source_key }) => source_key))
}

/** Adds days as absences. Returns the source keys of those that were added: others were there already. */
async function confirm(client: Client, days: Day[], { clinic, region, booked, reason }: Options): Promise<Set<string>> {
  const { rows } = await client.query<{ source_key: string }>(
    `select source_key from app_public.add_holidays($1, $2,
       array(select row(d.on_date, d.start_time, d.name)::app_public.holiday_to_add
         from unnest($3::date[], $4::time[], $5::text[]) d (on_date, start_time, name)),
       $6, $7)`,
    [
      clinic,
      region,
      days.map(({ date }) => date),
      days.map(({ startTime }) => startTime),
      days.map(({ name }) => name),
      booked ?? 'list',
      reason ?? null,
    ],
  )
  return new Set(rows.map(({ source_key }) => source_key))
}
