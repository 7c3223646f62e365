import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'
import { expectRefusal } from '../../../helpers/database/database.ts'

// How a shard has people recorded by the global database, here with one database. test/programs/shards/server.test.ts
// tests a server with several.

let database: ClonedDatabase
let db: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterEach(async () => {
  await db?.close()
  await database?.drop()
})

const asWalkIn = { clinicId: '3000000000000', fullName: 'Wanda', email: 'wanda@test.example' }
const record = (task: string, asked: object) =>
  db.one('select app_private.record_for_clinic($1, $2) as answer', [task, JSON.stringify(asked)])

describe('a shard', () => {
  let apply: Connection
  beforeEach(async () => {
    await db.query('select app_private.become_shard(3, gen_random_uuid())')
    // As replication does.
    apply = await connect(superuserUrlOf(database.name))
    await apply.query('set session_replication_role = replica')
  })
  afterEach(() => apply?.close())

  const newCustomer = () =>
    db.one(`select app_private.new_customer(3000000000000, 'Wanda', 'wanda@test.example', null, 'de') as id`)
  const answered = (recorded: object) =>
    db.query(`select set_config('medislot.recorded', $1, false)`, [JSON.stringify(recorded)])

  it('refuses to record a person itself; the error, which is logged, does not name the person', async () => {
    const error = await newCustomer().catch((refusal) => refusal)
    expect(error).toMatchObject({ code: 'MS715', detail: '{"task": "add_customer"}' })
    expect(JSON.stringify(error)).not.toMatch(/wanda/i)
  })

  it('uses the person whom the global database has recorded, after the copy has arrived', async () => {
    const { id } = await apply.one('select max(id) + 100 as id from generate_series(1, 2) id')
    await answered({ add_customer: { customerId: id } })
    await expectRefusal(newCustomer(), 'shard_behind')
    await apply.query(`insert into app_public.customers (id, full_name) overriding system value values ($1, 'Wanda')`, [
      id,
    ])
    expect(await newCustomer()).toEqual({ id: String(id) })
  })

  it('ignores the answer to another task', async () => {
    const { customerId } = await aCustomer(apply)
    await answered({ confirm_customer: { customerId } })
    await expectRefusal(newCustomer(), 'global_database_first')
  })

  it('has the global database confirm an address, unless it is confirmed already', async () => {
    const { id } = await apply.one(`insert into app_public.customers (full_name) values ('Gus') returning id`)
    const confirm = () => db.query('select app_private.confirm_customer($1)', [id])
    await expectRefusal(confirm(), 'global_database_first')
    await answered({ confirm_customer: { customerId: id } })
    await expectRefusal(confirm(), 'shard_behind')
    await apply.query('update app_public.customers set email_verified_at = now() where id = $1', [id])
    await confirm()
    await answered({})
    await confirm()
  })

  it('has the global database end the claim of a record once when the desk corrects its address, and not when the record is erased', async () => {
    const [survivor, claimed, erased] = [await aCustomer(apply), await aCustomer(apply), await aCustomer(apply)]
    const clinicId = await aClinic(db)
    for (const { customerId } of [claimed, erased]) {
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
         values ($1, $2, 'Una', 'una@test.example')`,
        [clinicId, customerId],
      )
      await apply.query('update app_public.customers set merged_into_id = $2 where id = $1', [
        customerId,
        survivor.customerId,
      ])
      await apply.query(
        `insert into app_public.customer_merges (from_customer_id, into_customer_id, basis) values ($1, $2, 'address')`,
        [customerId, survivor.customerId],
      )
    }
    const correct = ({ customerId }: { customerId: string }, email: string | null) =>
      db.query('update app_public.clinic_customers set email = $2 where customer_id = $1', [customerId, email])
    await expectRefusal(correct(claimed, 'uma@test.example'), 'global_database_first')
    await answered({ end_claim: { customerId: claimed.customerId } })
    await expectRefusal(correct(claimed, 'uma@test.example'), 'shard_behind')
    await apply.query('update app_public.customers set merged_into_id = null where id = $1', [claimed.customerId])
    await correct(claimed, 'uma@test.example')
    await answered({})
    await correct(claimed, 'una@test.example')
    await apply.query('insert into app_private.erasures (customer_id) values ($1)', [erased.customerId])
    expect(await db.one('select app_private.carry_out_erasure($1) as done', [erased.customerId])).toEqual({
      done: true,
    })
  })

  it('accepts the copy of an erased person whose record has notes, and erases the record when the erasure is carried out', async () => {
    const [clinicId, { customerId }] = [await aClinic(db), await aCustomer(apply, 'Una')]
    await db.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, phone, notes, copied_from_profile)
       values ($1, $2, 'Una', '030 1234567', 'by phone', '{full_name}')`,
      [clinicId, customerId],
    )
    const record = () =>
      db.one('select full_name, phone, notes from app_public.clinic_customers where customer_id = $1', [customerId])
    // As erase_customer does it in the global database.
    await apply.query('insert into app_private.erasures (customer_id) values ($1)', [customerId])
    await apply.query(
      `update app_public.customers set full_name = 'erased', email = null, is_active = false where id = $1`,
      [customerId],
    )
    expect(await record()).toEqual({ full_name: 'erased', phone: '030 1234567', notes: 'by phone' })
    const noted = () => db.query('select customer_id, addresses from app_private.copied_erasures')
    expect(await noted()).toEqual([
      { customer_id: customerId, addresses: expect.arrayContaining(['030 1234567', '+49301234567']) },
    ])
    const carryOut = () => db.one('select app_private.carry_out_erasure($1) as done', [customerId])
    expect(await carryOut()).toEqual({ done: true })
    expect(await record()).toEqual({ full_name: 'erased', phone: null, notes: null })
    expect(await noted()).toEqual([])
    expect(await carryOut()).toEqual({ done: false })
  })

  it('reports which people its clinics use, and unknown for clinics that move or are in other databases', async () => {
    const clinicId = await aClinic(db)
    const moving = await aClinic(db)
    const [used, unused] = [await aCustomer(apply), await aCustomer(apply)]
    for (const clinic of [clinicId, moving])
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Una')`,
        [clinic, used.customerId],
      )
    await db.query('select app_private.begin_move($1, 4)', [moving])
    const uses = await db.query('select * from app_private.use_of_customers($1, $2) order by clinic_id, customer_id', [
      [clinicId, clinicId, moving, moving, '3000000000099'],
      [used.customerId, unused.customerId, used.customerId, unused.customerId, unused.customerId],
    ])
    expect(uses.map(({ use }) => use)).toEqual(['used', 'unused', 'unknown', 'unknown', 'unknown'])
  })
})

describe('a database without shards', () => {
  it('records nobody for a shard', async () => {
    await expectRefusal(record('add_customer', asWalkIn), 'not_here')
    expect(await db.query('select from app_public.customers')).toEqual([])
  })
})

describe('the global database', () => {
  beforeEach(() => db.query(`insert into app_private.shards (id, address) values (3, 'postgresql://shard/medislot')`))

  it('records a person for a clinic of a shard, and nothing when it refuses', async () => {
    const { answer } = await record('add_customer', asWalkIn)
    expect(await db.query('select id, full_name, email from app_public.customers')).toEqual([
      { id: answer.customerId, full_name: 'Wanda', email: 'wanda@test.example' },
    ])
    await expectRefusal(record('add_customer', { ...asWalkIn, fullName: 'a'.repeat(201) }), 'text_too_long')
    await expectRefusal(record('remove_customer', asWalkIn), 'invalid_argument')
    expect(await db.query('select clinic_id, customer_id from app_private.people_of_shards')).toEqual([
      { clinic_id: asWalkIn.clinicId, customer_id: answer.customerId },
    ])
  })

  it('confirms no address of somebody with an account', async () => {
    const { customerId } = await aCustomer(db)
    await db.query('update app_public.customers set email_verified_at = null')
    await record('confirm_customer', { customerId })
    expect(await db.query('select email_verified_at from app_public.customers')).toEqual([{ email_verified_at: null }])
  })

  it('removes people whom no shard uses, erases those to whom rows refer, and keeps those with an account', async () => {
    const ids = []
    for (const fullName of ['Uma', 'Una', 'Ute', 'Ulf'])
      ids.push((await record('add_customer', { ...asWalkIn, fullName })).answer.customerId)
    const [used, , merged] = ids
    const registered = await aCustomer(db)
    await db.query('insert into app_private.people_of_shards values (3000000000000, $1)', [registered.customerId])
    await db.query('update app_public.customers set merged_into_id = $1 where id = $2', [registered.customerId, merged])
    const settled = await db.one('select app_private.settle_people($1, $2) as removed', [
      [used],
      [...ids.slice(1), registered.customerId],
    ])
    expect(settled).toEqual({ removed: 3 })
    expect(
      await db.query('select id, full_name from app_public.customers where account_id is null order by id'),
    ).toEqual([
      { id: used, full_name: 'Uma' },
      { id: merged, full_name: 'erased' },
    ])
    expect(await db.query('select customer_id from app_private.people_of_shards')).toEqual([
      { customer_id: registered.customerId },
    ])
  })
})
