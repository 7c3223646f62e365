import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { anInvoice, billing, record } from '../../../helpers/clinic/billing.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'

// What the jobs of workers do where some rows are copies, which are written in another database.

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

describe('in the global database, the clinics of shards are left out by', () => {
  interface Practice {
    clinicId: string
    doctorId: string
    slotId: string
  }
  let own: Practice
  let elsewhere: Practice

  async function aPractice(): Promise<Practice> {
    const clinicId = await aClinic(db)
    const doctorId = await aDoctor(db, clinicId)
    return { clinicId, doctorId, slotId: await aSlot(db, clinicId, doctorId) }
  }

  beforeEach(async () => {
    own = await aPractice()
    elsewhere = await aPractice()
    await db.query(`insert into app_private.shards values (2, 'postgresql://two/medislot')`)
  })

  /** From here on the second clinic is a copy. */
  async function becomeGlobal(): Promise<void> {
    await db.query('select app_private.become_global()')
    await db.query('insert into app_private.clinic_shards values ($1, 2)', [elsewhere.clinicId])
  }

  it('the removal of old entries of waiting lists, and the end of those of customers who leave', async () => {
    const [{ customerId }, leaving] = [await aCustomer(db), await aCustomer(db)]
    for (const { clinicId } of [own, elsewhere])
      for (const id of [customerId, leaving.customerId]) {
        await db.query(
          `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Una')`,
          [clinicId, id],
        )
        await db.query(
          `insert into app_public.waiting_list (clinic_id, customer_id, from_date, until_date)
           values ($1, $2, current_date, current_date + 7)`,
          [clinicId, id],
        )
      }
    await becomeGlobal()
    await db.query('select app_public.remove_customer($1)', [leaving.customerId])
    const entries = 'select clinic_id, state from app_public.waiting_list where customer_id = $1 order by clinic_id'
    expect(await db.query(entries, [leaving.customerId])).toEqual([
      { clinic_id: own.clinicId, state: 'left' },
      { clinic_id: elsewhere.clinicId, state: 'waiting' },
    ])
    await db.query(`select app_private.remove_old_records(1000, now() + interval '1000 days')`)
    expect(await db.query(entries, [customerId])).toEqual([{ clinic_id: elsewhere.clinicId, state: 'waiting' }])
  })

  it('the release of expired holds', async () => {
    const { customerId } = await aCustomer(db)
    await db.query(
      `update app_public.booking_slots set status = 'held', customer_id = $1, held_until = now() - interval '1 minute'`,
      [customerId],
    )
    await becomeGlobal()
    expect(await db.one('select app_private.release_expired_holds() as released')).toEqual({ released: 1 })
    expect(await db.query('select clinic_id, status from app_public.booking_slots order by id')).toEqual([
      { clinic_id: own.clinicId, status: 'open' },
      { clinic_id: elsewhere.clinicId, status: 'held' },
    ])
  })

  it('the archive', async () => {
    await becomeGlobal()
    const archived = await db.one(`select app_private.archive_past_slots(500, now() + interval '1000 days') as slots`)
    expect(archived).toEqual({ slots: 1 })
    expect(await db.query('select id from app_public.booking_slots')).toEqual([{ id: elsewhere.slotId }])
  })

  it('the weekly generation of slots', async () => {
    await db.query(`update app_public.clinics set created_at = now() - interval '30 days'`)
    await becomeGlobal()
    expect(await db.query('select clinic_id from app_private.clinics_due_for_generation()')).toEqual([
      { clinic_id: own.clinicId },
    ])
  })

  it('mails about doctors who are offered at two clinics at once', async () => {
    const { id } = await db.one('insert into app_private.humans default values returning id')
    await db.query('update app_public.doctors set human_id = $1', [id])
    await becomeGlobal()
    // This database sends no mail to the managers of the other clinic.
    expect(await db.one('select app_private.report_humans_in_two_places() as clinics')).toEqual({ clinics: 1 })
  })

  it('reminders of unpaid invoices', async () => {
    const overdue = () =>
      db.query(`select clinic_id from billing_private.clinics_with_overdue_invoices(now() + interval '20 days')`)
    for (const { clinicId } of [own, elsewhere]) {
      const { customerId } = await aCustomer(db)
      await record(db, clinicId, customerId)
      await billing(db, 'issue_invoice', clinicId, await anInvoice(db, clinicId, customerId, 500))
    }
    expect(await overdue()).toHaveLength(2)
    await becomeGlobal()
    expect(await overdue()).toEqual([{ clinic_id: own.clinicId }])
  })

  it('the removal of unconfirmed accounts, which are erased instead, because a record in a shard may refer to them', async () => {
    const { accountId, customerId } = await aCustomer(db)
    await db.query('update app_private.accounts set email_verified_at = null where id = $1', [accountId])
    await becomeGlobal()
    const removed = await db.one(
      `select app_private.remove_unconfirmed_accounts(10, now() + interval '1000 days') as accounts`,
    )
    expect(removed).toEqual({ accounts: 1 })
    expect(await db.query('select id, full_name, is_active from app_public.customers')).toEqual([
      { id: customerId, full_name: 'erased', is_active: false },
    ])
  })
})

describe('in a shard, copies of people are left out by', () => {
  let apply: Connection
  beforeEach(async () => {
    await db.query('select app_private.become_shard(3, gen_random_uuid())')
    // As replication does.
    apply = await connect(superuserUrlOf(database.name))
    await apply.query('set session_replication_role = replica')
  })
  afterEach(() => apply?.close())

  it('the removal of old records', async () => {
    const { accountId } = await anAccount(apply)
    await apply.query('update app_private.sessions set revoked_at = now()')
    await aCustomer(apply)
    await apply.query('update app_private.accounts set email_verified_at = null')
    await aClinic(db)
    // The changes of the catalogue.
    const { removed } = await db.one(
      `select app_private.remove_old_records(1000, now() + interval '1000 days') as removed`,
    )
    expect(removed).toBeGreaterThan(0)
    expect(
      await db.query('select account_id from app_private.sessions where account_id = $1', [accountId]),
    ).toHaveLength(1)
    expect(await db.query('select from app_public.customers')).toHaveLength(1)
  })

  it('the invitations of dependants who have grown up', async () => {
    const guardian = await aCustomer(apply)
    const { id } = await apply.one(`insert into app_public.customers (full_name) values ('Mia') returning id`)
    await apply.query(
      `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation, until)
       values ($1, $2, 'parent', current_date - 1)`,
      [guardian.customerId, id],
    )
    await db.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
       values ($1, $2, 'Mia', 'mia@test.example')`,
      [await aClinic(db), id],
    )
    const invite = (by: Connection) => by.one('select app_private.invite_grown_up_dependants() as invited')
    expect(await invite(db)).toEqual({ invited: 0 })
    // Dependants are invited by the database in which people are written.
    await apply.query('update app_private.installation set shard_id = null')
    expect(await invite(apply)).toEqual({ invited: 1 })
  })
})
