import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { isRefusal } from '../database/error_codes.ts'
import { withDatabase } from '../database/with_database.ts'
import { rotateCalendars } from '../identity/calendar_access.ts'
import { findByDocument, rotateKeys, storeDocument } from '../identity/documents.ts'
import { type IdentityDocument, KeyRing } from '../identity/key_ring.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings, StartError } from '../process/settings.ts'

// `npm run identity -- store|find|rotate`: identity documents, and the keys of external calendars, for operators
// (docs/operations.md). The number is read from
// the standard input, because arguments are visible to all users of a machine.
const usage = `Usage:
  npm run identity -- store --kind passport --country DE (--customer ID | --doctor ID --clinic ID | --employee ID --clinic ID)
  npm run identity -- find --kind passport --country DE
  npm run identity -- rotate
The number of the document is read from the standard input. Kinds: national_id, passport, insurance.`

const kinds = ['national_id', 'passport', 'insurance'] as const

await runProgram(async () => {
  const settings = readSettings('tool')
  const { command, options } = readArguments()
  if (!settings.identityKeys && (command !== 'rotate' || !settings.calendarKeys))
    throw new StartError('IDENTITY_KEYS: must be set (docs/operations.md)')
  const ring = settings.identityKeys ? new KeyRing(settings.identityKeys) : undefined
  const calendars = settings.calendarKeys ? new KeyRing(settings.calendarKeys, 'CALENDAR_KEYS') : undefined
  const document = command === 'rotate' ? undefined : await readDocument(options)
  await withDatabase(settings, async (databaseUrl) => {
    const client = new Client({ connectionString: databaseUrl, application_name: 'medislot identity' })
    await client.connect()
    try {
      // With an administrator's rights, not the owner's.
      await client.query('begin; set local role app_admin')
      const text =
        document && ring ? await run(client, ring, command, document, options) : await rotate(client, ring, calendars)
      process.stdout.write(`${text}\n`)
      await client.query('commit')
    } catch (error) {
      if (isRefusal(error)) throw new StartError(`${error.message} ${error.detail ?? ''}`)
      throw error
    } finally {
      await client.end()
    }
  })
})

type Options = ReturnType<typeof readArguments>['options']

type Command = 'store' | 'find' | 'rotate'

function readArguments() {
  const text = { type: 'string' } as const
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { kind: text, country: text, customer: text, clinic: text, doctor: text, employee: text },
    })
    const [command, ...others] = positionals
    if ((command !== 'store' && command !== 'find' && command !== 'rotate') || others.length > 0) throw new Error()
    return { command: command as Command, options: values }
  } catch {
    throw new StartError(usage)
  }
}

async function readDocument({ kind: given, country = '' }: Options): Promise<IdentityDocument> {
  const kind = kinds.find((one) => one === given)
  if (!kind || !/^[A-Z]{2}$/.test(country)) throw new StartError(usage)
  const lines = createInterface({ input: process.stdin })
  const { value: number = '' } = await lines[Symbol.asyncIterator]().next()
  lines.close()
  if (!/[\p{L}\p{N}]/u.test(number)) throw new StartError('Write the number of the document to the standard input.')
  return { kind, country, number }
}

/** Encrypts again what is under former keys of the rings that are set. */
async function rotate(client: Client, ring: KeyRing | undefined, calendars: KeyRing | undefined): Promise<string> {
  const lines: string[] = []
  const note = (count: number, what: string, { currentId }: KeyRing) =>
    lines.push(`${count} ${what} are encrypted under the key ${currentId} now.`)
  if (ring) note(await rotateKeys(client, ring), 'documents', ring)
  if (calendars) note(await rotateCalendars(client, calendars), 'calendars', calendars)
  return lines.join('\n')
}

async function run(
  client: Client,
  ring: KeyRing,
  command: Command,
  document: IdentityDocument,
  { customer, clinic, doctor, employee }: Options,
): Promise<string> {
  if (command === 'find') {
    const human = await findByDocument(client, ring, document)
    return human ? `human ${human}` : 'not stored'
  }
  const holder = { customerId: customer, clinicId: clinic, doctorId: doctor, employeeId: employee }
  return `human ${await storeDocument(client, ring, document, holder)}`
}
