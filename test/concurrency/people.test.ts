import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { book, cancel } from '../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee, aSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import type { Claims } from '../helpers/database/database.ts'
import { brokenInvariants } from './invariants.ts'
import { untilSeen } from './until_seen.ts'

// People who claim records, merge, book, cancel, wait, take offers, end guardianships and erase themselves, many at
// once and in a random order. Whatever the results of these calls are, afterwards no person has two visits at one time,
// the merges agree with their history, and no data of erased people remain.

const clients = 6
const runs = 8
const commandsInARun = 120

let database: ClonedDatabase
let owner: Connection
let connections: Connection[]
let names: Map<string, string>

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  connections = await Promise.all(Array.from({ length: clients }, () => connect(database.url)))
  const rows = await owner.query('select sqlstate, name from app_hidden.error_codes')
  names = new Map(rows.map(({ sqlstate, name }) => [sqlstate, name]))
})
afterAll(async () => {
  for (const connection of [owner, ...connections]) await connection?.close()
  await database?.drop()
})

/** Three people with accounts, a record of each that the desk made with their address, a child, and a few times. */
async function aWorld() {
  const clinicId = await aClinic(owner)
  const desk = await anEmployee(owner, clinicId, 'receptionist')
  const people: { id: string; claims: Claims; recordId: string; childId: string }[] = []
  for (const name of ['Ann', 'Bob', 'Cem']) {
    const { customerId: id, claims } = await aCustomer(owner, name)
    const { record } = await owner.one(
      `with c as (insert into app_public.customers (full_name) values ($3) returning id)
       insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
       select $1, c.id, $3, p.email from c, app_public.customers p where p.id = $2 returning customer_id as record`,
      [clinicId, id, name],
    )
    const { child } = await owner.request(claims, () =>
      owner.one(
        `select dependant_customer_id as child from app_public.add_dependant($1, current_date - 2000, 'parent')`,
        [`Child of ${name}`],
      ),
    )
    people.push({ id, claims, recordId: record, childId: child })
  }
  // At each hour with two doctors, so that one person can have two visits at a time.
  const slotIds: string[] = []
  const [one, other] = [await aDoctor(owner, clinicId), await aDoctor(owner, clinicId)]
  for (const hours of [50, 51, 52])
    for (const doctorId of [one, other]) slotIds.push(await aSlot(owner, clinicId, doctorId, hours))
  return { clinicId, desk: desk.claims, admin: (await anAccount(owner, { isAdmin: true })).claims, people, slotIds }
}
type World = Awaited<ReturnType<typeof aWorld>>

const weights = {
  claim: 10,
  undoClaim: 4,
  book: 10,
  bookForRecord: 10,
  bookForChild: 6,
  cancelFirst: 8,
  merge: 6,
  undoMerge: 4,
  endGuardianship: 1,
  wait: 6,
  waitForChild: 3,
  acceptOffer: 5,
  erase: 1,
  eraseRecord: 1,
}
type Name = keyof typeof weights
const command = fc.record({
  name: fc.oneof(
    ...(Object.keys(weights) as Name[]).map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] })),
  ),
  person: fc.nat(2),
  other: fc.nat(2),
  slot: fc.nat(5),
  /** For how many milliseconds it keeps its locks before it commits. */
  pause: fc.nat(4),
})
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

async function perform(db: Connection, world: World, { name, person, other, slot, pause }: Command) {
  const { clinicId, desk, admin } = world
  const [own, theirs] = [world.people[person], world.people[other]] as [World['people'][0], World['people'][0]]
  const slotId = world.slotIds[slot] as string
  const as = (claims: Claims, work: () => Promise<unknown>) =>
    db.request(claims, async () => {
      await work()
      await db.query('select pg_sleep($1)', [pause / 1000])
    })
  const call = (text: string, ...values: unknown[]) => db.query(`select app_public.${text}`, values)
  switch (name) {
    case 'claim':
      return as(own.claims, () => call('claim_customer($1)', theirs.recordId))
    case 'undoClaim':
      return as(own.claims, () => call('undo_merge($1)', own.recordId))
    case 'book':
      return as(own.claims, () => book(db, clinicId, slotId))
    case 'bookForRecord':
      return as(desk, () => book(db, clinicId, slotId, { customerId: own.recordId }))
    case 'bookForChild':
      return as(own.claims, () => book(db, clinicId, slotId, { customerId: own.childId }))
    case 'cancelFirst':
      return as(own.claims, async () => {
        const [first] = await db.query(`select id from app_public.bookings where status = 'booked' order by id limit 1`)
        await cancel(db, clinicId, first?.id ?? '0')
      })
    case 'merge':
      return as(admin, () => call('merge_customers($1, $2)', own.id, theirs.id))
    case 'undoMerge':
      return as(admin, () => call('undo_merge($1)', own.id))
    case 'endGuardianship':
      return as(own.claims, () => call('end_guardianship($1)', own.childId))
    case 'wait':
      return as(own.claims, () => call('join_waiting_list($1)', clinicId))
    case 'waitForChild':
      return as(own.claims, () => call('join_waiting_list($1, customer_id => $2)', clinicId, own.childId))
    case 'acceptOffer':
      return as(own.claims, async () => {
        const [offer] = await db.query(
          `select id from app_public.slot_offers where state = 'offered' order by id limit 1`,
        )
        await call('accept_offer($1, $2)', clinicId, offer?.id ?? '0')
      })
    case 'erase':
      return as(own.claims, () => call('erase_customer($1)', own.id))
    case 'eraseRecord':
      return as(admin, () => call('erase_customer($1)', own.recordId))
  }
}

/** A registered refusal, or a request to repeat. Anything else, such as a deadlock, is a fault. */
function judge(error: unknown, { name }: Command): string {
  const { code = '', message, detail, where } = error as DatabaseError
  if (error instanceof DatabaseError && (names.has(code) || code === '40001')) return names.get(code) ?? code
  throw new Error(`${name} failed: ${code} ${message}\n${detail}\n${where}`, { cause: error })
}

/** Queries that must return no rows, whatever was done. $1 is the clinic. */
const faults: Record<string, string> = {
  'a person has two visits at one time': `
    select * from app_private.overlapping_visits_of_merged_customers where clinic_id = $1`,
  'a customer is merged into one that is merged': `
    select c.id from app_public.customers c join app_public.customers s on s.id = c.merged_into_id
    where s.merged_into_id is not null and $1::bigint is not null`,
  'a pointer is not the one of the history': `
    select c.id from app_public.customers c
    left join app_public.customer_merges m on m.from_customer_id = c.id and m.undone_at is null
    where m.into_customer_id is distinct from c.merged_into_id and $1::bigint is not null`,
  'something is left of a person who was erased': `
    select c.id, c.full_name, cc.full_name as recorded, b.status from app_private.erasures e
    join app_public.customers c on c.id = e.customer_id
    left join app_public.clinic_customers cc on cc.customer_id = c.id and cc.clinic_id = $1
    left join app_public.bookings b on b.customer_id = c.id and b.clinic_id = $1 and b.status = 'booked'
    where c.full_name <> 'erased' or c.is_active or c.email is not null or c.birth_date is not null
      or cc.full_name <> 'erased' or cc.email is not null or b.id is not null
      or exists (select from app_public.guardianships g where c.id in (g.guardian_customer_id, g.dependant_customer_id))`,
}

it('people who claim, merge, book, cancel, wait and erase at once break no invariant', async () => {
  const seen = new Set<string>()
  // A seed for the commands, so that a failure reports a number instead of many commands.
  const property = fc.asyncProperty(fc.nat(), async (seed) => {
    const world = await aWorld()
    const rest = fc.sample(command, { seed, numRuns: commandsInARun })
    await Promise.all(
      connections.map(async (connection) => {
        for (let next = rest.shift(); next; next = rest.shift()) {
          const one = next
          const outcome = await perform(connection, world, one).then(
            () => 'done',
            (error: unknown) => judge(error, one),
          )
          seen.add(`${one.name}: ${outcome}`)
        }
      }),
    )
    const found: Record<string, unknown[]> = {}
    for (const [fault, query] of Object.entries(faults)) {
      const rows = await owner.query(query, [world.clinicId])
      if (rows.length > 0) found[fault] = rows
    }
    expect(found).toEqual({})
    const broken = Object.entries(await brokenInvariants(owner, [world.clinicId]))
    // Messages of those who were erased are gone.
    expect(broken.filter(([rule]) => !/notice|reminder|message/.test(rule))).toEqual([])
  })
  const wanted = [
    'claim: done',
    'claim: customer_not_claimable',
    'book: done',
    'bookForRecord: done',
    'bookForChild: done',
    'cancelFirst: done',
    'merge: done',
    'wait: done',
    'waitForChild: done',
    'acceptOffer: done',
    'undoMerge: done',
    'endGuardianship: done',
    'erase: done',
  ]
  await untilSeen(property, { runs, seen, wanted })
})
