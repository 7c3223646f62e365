import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { book } from '../helpers/clinic/operations.ts'
import { aClinic, aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { runToEnd } from '../helpers/programs/program.ts'

let database: ClonedDatabase
let owner: Connection
const year = new Date().getUTCFullYear() + 1

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
})
afterAll(async () => {
  await owner?.close()
  await database?.drop()
})

const run = (...args: string[]) => runToEnd('holidays', { args, env: { DATABASE_URL: database.url } })
const berlin = (clinicId: string) => [
  '--clinic',
  clinicId,
  '--region',
  'DE-BE',
  '--year',
  String(year),
  '--language',
  'de',
]
const absencesOf = (clinicId: string) =>
  owner.query(
    `select first_date::text as date, kind, doctor_id, note from app_public.absences where clinic_id = $1 order by first_date`,
    [clinicId],
  )

test('proposes the public holidays of a region and stores nothing', async () => {
  const clinicId = await aClinic(owner)
  const { code, stdout } = await run('propose', ...berlin(clinicId))
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining([`${year}-01-01  Neujahr`, `${year}-03-08  Internationaler Frauentag`]),
  )
  expect(await absencesOf(clinicId)).toEqual([])
})

test('adds each confirmed holiday once, without the excepted ones', async () => {
  const clinicId = await aClinic(owner)
  const { code, stdout } = await run('confirm', ...berlin(clinicId), '--except', `${year}-03-08`)
  expect(code).toBe(0)
  const added = await absencesOf(clinicId)
  expect(stdout).toContain(`Added ${added.length} absences.`)
  expect(added).toContainEqual({ date: `${year}-01-01`, kind: 'holiday', doctor_id: null, note: 'Neujahr' })
  expect(added.map(({ date }) => date)).not.toContain(`${year}-03-08`)

  const again = await run('confirm', ...berlin(clinicId))
  expect(again.stdout).toBe(`${year}-03-08  Internationaler Frauentag\nAdded 1 absences.\n`)
  expect((await run('propose', ...berlin(clinicId))).stdout).toContain(`${year}-01-01  Neujahr (entered already)`)
})

test('with --booked refuse, adds none if a visit is booked on one of them', async () => {
  const { clinicId, doctorId, customer } = await aPractice(owner)
  const { id: slotId } = await owner.one<{ id: string }>(
    `with made as (insert into app_public.time_slots (clinic_id, name, start_time, end_time)
       values ($1, 'ten', '10:00', '10:30') returning id)
     insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select $1, $2, made.id, $3::date, tstzrange($3::date + interval '10 hours', $3::date + interval '10.5 hours')
     from made returning id`,
    [clinicId, doctorId, `${year}-01-01`],
  )
  await owner.query(`update app_public.policies set horizon = '800 days' where clinic_id = $1`, [clinicId])
  await book(owner, clinicId, slotId, { customerId: customer.customerId })
  const { code, stderr } = await run('confirm', ...berlin(clinicId), '--booked', 'refuse')
  expect(code).toBe(1)
  expect(stderr).toMatch(/1 live bookings lie in this absence/)
  expect(await absencesOf(clinicId)).toEqual([])
})

test('lists the regions of a country', async () => {
  const { code, stdout } = await run('regions', '--within', 'DE', '--language', 'de')
  expect(code).toBe(0)
  expect(stdout.split('\n')).toContain('DE-BE  Berlin')
})

test.each([
  [
    'a region that does not exist',
    ['propose', '--clinic', '1', '--region', 'DE-XX', '--year', String(year)],
    /region/i,
  ],
  ['a year too far ahead', ['propose', '--clinic', '1', '--region', 'DE', '--year', String(year + 9)], /year/i],
  ['no clinic', ['propose', '--region', 'DE', '--year', String(year)], /Usage/],
  ['a command that does not exist', ['add', '--clinic', '1'], /Usage/],
  [
    'a clinic that does not exist',
    ['confirm', '--clinic', '999999', '--region', 'DE', '--year', String(year)],
    /clinic/i,
  ],
])('%s is reported, with the exit code 1', async (_, args, message) => {
  const { code, stderr } = await run(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})
