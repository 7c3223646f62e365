import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type ClonedDatabase, cloneDatabase, ownerUrlOf } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { runToEnd } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

const examples = resolve(import.meta.dirname, '../../examples')
let database: ClonedDatabase
let connection: Connection
let folder: string

beforeAll(async () => {
  database = await cloneDatabase()
  connection = await connect(database.url)
  folder = await mkdtemp(join(tmpdir(), 'medislot-roster-'))
})

afterAll(async () => {
  await connection?.close()
  await database?.drop()
  await rm(folder, { recursive: true })
})

/** `npm run import -- <args>` as a user would, on the test's database. */
const importCommand = (...args: string[]) => runToEnd('import', { args, env: { DATABASE_URL: database.url } })

/** How many rows each table of ours has. */
async function rowCounts() {
  return connection.query(
    `select table_schema, table_name,
       (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', table_schema, table_name), false, true, '')))[1]::text as n
     from information_schema.tables
     where table_schema in ('app_public', 'app_hidden', 'app_private') and table_type = 'BASE TABLE'
     order by 1, 2`,
  )
}

it('names every fault of every file of a broken roster in one run, and stores nothing', async () => {
  await cp(join(examples, 'riverside'), folder, { recursive: true })
  const edit = async (file: string, change: (text: string) => string | Uint8Array) =>
    writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')))
  await edit('clinic.csv', (text) => text.replace('Europe/Berlin', 'Europe/Bärlin'))
  await edit('doctors.csv', (text) =>
    Buffer.concat([
      Buffer.from(`${text}Dr. Jonas Weber;Cardiology;again\nDr. Open;"Cardiology;never closed\nDr. Few\n`),
      Buffer.from('Dr. Zoë Berg;Neurology;\n', 'latin1'),
    ]),
  )
  await edit('time_slots.csv', (text) => `${text.replace('start', 'begin')}Never;18:00;18:00\n`)
  await edit(
    'templates.csv',
    (text) =>
      `${text}Dr. Nobody;Mox;Termin 99;31.11.2027;12/31/2027\n;Mo;Termin 1;02.01.2027;01.01.2027\nDr. Anna Brandt;Fr;Termin 1;;\n`,
  )
  const before = await rowCounts()
  const { code, stdout, stderr } = await importCommand(folder)
  expect(stderr.trimEnd().split('\n')).toEqual([
    'clinic.csv:2 time zone: "Europe/Bärlin" is no IANA time zone such as Europe/Berlin',
    'doctors.csv:14 name: "Dr. Jonas Weber" stands in line 3 already',
    'doctors.csv:15 specializations: a quoted value begins here and never ends',
    'doctors.csv:16: the line has 1 field, but there are 3 columns',
    'doctors.csv:17 name: the text is not UTF-8; save the file as "CSV UTF-8"',
    'templates.csv:19 doctor: "Dr. Nobody" is no doctor in doctors.csv',
    'templates.csv:19 weekdays: "Mox" is no weekday',
    'templates.csv:19 time slots: "Termin 99" is no time slot in time_slots.csv',
    'templates.csv:19 valid from: "31.11.2027" does not exist; that month has 30 days',
    'templates.csv:19 valid until: "12/31/2027" is not a date written as DD.MM.YYYY',
    'templates.csv:20 doctor: a value is needed',
    'templates.csv:20 valid until: "01.01.2027" is before the first day, "02.01.2027"',
    'time_slots.csv:1 begin: "begin" is no column of this file; they are name, start, end',
    'time_slots.csv:1 start: the column is missing',
    'The roster has 14 faults; nothing was stored.',
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(await rowCounts()).toEqual(before)
})

it('imports a roster once', async () => {
  const first = await importCommand(join(examples, 'harbour'))
  expect(first).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^Imported Harbour Family Health as clinic \d+: 12 doctors, 16 time slots, 536 templates, 4 services, 3 questions\.\nSpecializations that no clinic had before: .*\.\nIts slots/,
    ),
    stderr: '',
  })
  const before = await rowCounts()
  const again = await importCommand(join(examples, 'harbour'))
  expect(again.code).toBe(1)
  expect(again.stderr).toMatch(
    /^clinic\.csv:2 Name: there is a clinic "Harbour Family Health" already \(clinic \d+\): .*import under another name\n/,
  )
  expect(await rowCounts()).toEqual(before)
})

it('stores nothing when it is stopped by Ctrl-C, at whatever step', async () => {
  const before = await rowCounts()
  await connection.query(`begin; select pg_advisory_xact_lock(hashtextextended('medislot import', 0))`)
  // It waits for the lock, in the middle of its statement.
  const waits = eventually(async () => {
    const { waiting } = await connection.one<{ waiting: number }>(
      `select count(*)::int as waiting from pg_locks l join pg_database d on d.oid = l.database
       where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
    )
    return waiting === 1
  }, 'an import that waits')
  const env = { DATABASE_URL: database.url }
  const args = [join(examples, 'riverside')]
  const { code, stdout, stderr } = await runToEnd('import', { args, env, signal: ['SIGINT', waits] })
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'Stopped; nothing was stored.\n' })
  await connection.query('commit')
  // The statement that it had begun ends without it.
  await eventually(async () => {
    const { left } = await connection.one<{ left: number }>(
      `select count(*)::int as left from pg_stat_activity where datname = current_database() and application_name = 'medislot import'`,
    )
    return left === 0
  }, 'the end of its session')
  expect(await rowCounts()).toEqual(before)
})

it('two imports of one roster at once store one clinic', async () => {
  const codes = (await Promise.all([1, 2].map(() => importCommand(join(examples, 'lagoon'))))).map(({ code }) => code)
  expect(codes.sort()).toEqual([0, 1])
  expect(await connection.query(`select name from app_public.clinics where name like 'Lagoon%'`)).toHaveLength(1)
})

it.each([
  [[], 'Usage: npm run import -- <folder of a roster> [--shard <number>]'],
  [['one', 'two'], 'Usage: npm run import -- <folder of a roster> [--shard <number>]'],
  [['no/such/folder'], 'no/such/folder is no folder with the files of a roster (see docs/import.md)'],
])('with the arguments %j it prints its usage', async (args, message) => {
  expect(await importCommand(...args)).toEqual({ code: 1, stdout: '', stderr: `${message}\n` })
})

it('reports that the database was not migrated', async () => {
  const env = { DATABASE_URL: ownerUrlOf('postgres') }
  const { code, stderr } = await runToEnd('import', { args: [join(examples, 'harbour')], env })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'The database has not been migrated. Run npm run migrate first.\n',
  })
})
