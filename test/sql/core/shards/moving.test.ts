import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { copyRows, tablesOfClinics } from '../../../../src/shards/clinic_rows.ts'
import { billing, openPage, settle } from '../../../helpers/clinic/billing.ts'
import { aSharedAccount, beginShared, receivedBy } from '../../../helpers/clinic/shared_checkouts.ts'
import { aClinic, aDoctor, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'
import { expectRefusal } from '../../../helpers/database/database.ts'
import { eventually } from '../../../helpers/time/eventually.ts'

// What a move of a clinic consists of. test/programs/shards/moving.test.ts moves clinics between real servers.

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

describe('a clinic that moves', () => {
  let clinicId: string
  beforeEach(async () => {
    await db.query(`select app_private.become_shard(3, gen_random_uuid())`)
    clinicId = await aClinic(db)
    await db.query('select app_private.begin_move($1, 4)', [clinicId])
  })
  const renames = () => db.query(`update app_public.clinics set name = 'New' where id = $1`, [clinicId])

  it('can be written until the last changes are copied, and again when that takes too long', async () => {
    await renames()
    await db.query('select app_private.hold_writes($1, 60)', [clinicId])
    await expectRefusal(renames(), 'clinic_moving')
    await expectRefusal(aDoctor(db, clinicId), 'clinic_moving')
    // Others are not affected.
    await aDoctor(db, await aClinic(db))
    await db.query('update app_private.clinic_moves set refused_until = clock_timestamp()')
    await renames()
    await expectRefusal(db.query('select app_private.leave_clinic($1)', [clinicId]), 'clinic_not_movable')
  })

  it('cannot be written after it has left, until the move is undone', async () => {
    await db.query('select app_private.hold_writes($1, 60)', [clinicId])
    await db.query('select app_private.leave_clinic($1)', [clinicId])
    await expectRefusal(renames(), 'clinic_moving')
    await db.query('select app_private.remain($1)', [clinicId])
    await renames()
  })

  it('is in the other database when its rows are removed', async () => {
    await db.query(`update app_private.clinic_moves set state = 'gone'`)
    await expectRefusal(renames(), 'not_here')
  })

  it('cannot begin to move to another shard', async () => {
    await db.query('select app_private.begin_move($1, 4)', [clinicId])
    await expectRefusal(db.query('select app_private.begin_move($1, 5)', [clinicId]), 'clinic_not_movable')
    await expectRefusal(db.query('select app_private.begin_move(77, 4)'), 'clinic_not_movable')
  })
})

describe('the rows of a clinic', () => {
  let other: ClonedDatabase
  let target: Connection
  // As docs/shards.md says.
  beforeAll(() => asSuperuser('grant set on parameter session_replication_role to medislot'))
  afterAll(() => asSuperuser('revoke set on parameter session_replication_role from medislot'))
  beforeEach(async () => {
    other = await cloneDatabase()
    target = await connect(other.url)
    await target.query('begin; set local session_replication_role = replica')
  })
  afterEach(async () => {
    await target?.close()
    await other?.drop()
  })

  const allTables = async () => (await tablesOfClinics(db.client)).map(({ table }) => table)
  const names = () => target.query('select full_name, row_version from app_public.doctors')
  /** As copyRows gives it, when no other transaction of the server is running. */
  const copiedNow = async () => ({ since: (await db.one('select pg_current_xact_id()::xid as since')).since, parts: 0 })

  it('are copied unchanged, and later only the parts of tables that have changed or have another number of rows', async () => {
    const { clinicId } = await aPractice(db)
    await aPractice(db)
    const tables = await allTables()
    await copyRows(db.client, target.client, clinicId, tables)
    expect(await target.query('select id from app_public.clinics')).toEqual([{ id: clinicId }])
    expect(await copyRows(db.client, target.client, clinicId, tables, await copiedNow())).toMatchObject({ parts: 0 })

    const earlier = await copiedNow()
    await db.query(`update app_public.doctors set full_name = 'New' where clinic_id = $1`, [clinicId])
    await target.query('delete from app_public.events')
    await target.query(`insert into app_public.time_slots (clinic_id, id, name, start_time, end_time)
      overriding system value values (${clinicId}, 999, 'Extra', '01:00', '02:00')`)
    expect(await copyRows(db.client, target.client, clinicId, tables, earlier)).toMatchObject({ parts: 3 })
    expect(await names()).toEqual([{ full_name: 'New', row_version: 2 }])
    expect(await target.query('select from app_public.events')).not.toEqual([])
    expect(await target.query('select from app_public.time_slots where id = 999')).toEqual([])
  })

  it('that another transaction writes while they are copied are copied the next time', async () => {
    const { clinicId } = await aPractice(db)
    const tables = await allTables()
    const writer = await connect(database.url)
    try {
      await writer.query('begin')
      await writer.query(`update app_public.doctors set full_name = 'Late' where clinic_id = $1`, [clinicId])
      await db.query(`update app_public.clinics set name = 'New' where id = $1`, [clinicId])
      const first = await copyRows(db.client, target.client, clinicId, tables)
      expect(await names()).toEqual([{ full_name: expect.not.stringMatching('Late'), row_version: 1 }])
      await writer.query('commit')
      await copyRows(db.client, target.client, clinicId, tables, first)
      expect(await names()).toEqual([{ full_name: 'Late', row_version: 2 }])
    } finally {
      await writer.close()
    }
  })

  it('that differ afterwards make the copy fail', async () => {
    const { clinicId } = await aPractice(db)
    await target.query(`create function pg_temp.changed() returns trigger language plpgsql as
      $$begin NEW.full_name = 'Another'; return NEW; end$$`)
    await target.query(`create trigger changes before insert on app_public.doctors for each row
      execute function pg_temp.changed()`)
    await target.query('alter table app_public.doctors enable always trigger changes')
    await expect(copyRows(db.client, target.client, clinicId, await allTables())).rejects.toThrow(
      'Copies differ: app_public.doctors.',
    )
  })
})

describe('while the rows of a clinic are moved for a long time', () => {
  /** Another transaction that has the number of a writer, and perhaps moves rows. */
  async function within(lock: string, work: (transaction: bigint) => Promise<void>) {
    const mover = await connect(database.url)
    try {
      await mover.query('begin')
      if (lock) await mover.query(lock)
      const { id } = await mover.one('select pg_current_xact_id()::text as id')
      await work(BigInt(id))
    } finally {
      await mover.close()
    }
  }
  const moving = 'select app_private.wait_for_moving_rows()'
  const horizon = async () => BigInt((await db.one('select app_private.event_horizon()::text as horizon')).horizon)

  it('events of other clinics are sealed in a shard', async () => {
    await db.query('select app_private.become_shard(3, gen_random_uuid())')
    await within(moving, async () => {
      const clinicId = await aClinic(db)
      await aSlot(db, clinicId, await aDoctor(db, clinicId))
      await eventually(async () => {
        await db.query('select app_private.seal_events()')
        return (await db.query('select from app_private.event_seals where clinic_id = $1', [clinicId])).length > 0
      }, 'the seal')
    })
  })

  it('events wait for older transactions that move no rows; in an installation of one database, for all', async () => {
    await within(moving, async (moved) => expect(await horizon()).toBeLessThanOrEqual(moved))
    await db.query('select app_private.become_shard(3, gen_random_uuid())')
    await within('', async (older) => {
      await within('', () =>
        within(moving, async () => {
          // A snapshot lists what is running among older transactions than the last that has ended.
          await db.query('select pg_current_xact_id()')
          expect(await horizon()).toBeLessThanOrEqual(older)
        }),
      )
    })
  })
})

describe('a clinic that was paid together with another one', () => {
  beforeAll(() => asSuperuser('grant set on parameter session_replication_role to medislot'))
  afterAll(() => asSuperuser('revoke set on parameter session_replication_role from medislot'))

  /** A checkout for two clinics, whose page exists. */
  async function aSharedCheckout() {
    const shared = await aSharedAccount(db)
    const { a, customer, visits } = shared
    const { id } = await db.request(customer.claims, () => beginShared(db, a.clinicId, { visits }))
    return {
      ...shared,
      id,
      page: await openPage(db, id),
      cancels: () => db.request(customer.claims, () => billing(db, 'cancel_checkout', id)),
    }
  }
  const begins = async (clinicId: string) => {
    await db.query('select app_private.begin_move($1, 4)', [clinicId])
    await db.query('select app_private.require_no_open_payments($1)', [clinicId])
  }
  const moves = async (clinicId: string) => {
    await begins(clinicId)
    await db.query('select app_private.hold_writes($1, 60)', [clinicId])
    await db.query('select app_private.leave_clinic($1)', [clinicId])
    await db.query('select app_private.remove_moved_clinic($1)', [clinicId])
  }
  const closed = () =>
    db.query(`select billing_private.record_provider_call(id, 'done') from billing_private.provider_calls`)
  const companionsOf = async (clinicId: string) =>
    (await db.one<{ rows: string }>('select app_private.companions_of_clinic($1)::text as rows', [clinicId])).rows
  const because = async (clinicId: string) =>
    JSON.parse((await expectRefusal(begins(clinicId), 'clinic_not_movable')).detail ?? '')

  it('accepts no new payments while it waits for open ones', async () => {
    const { a, b, customer, visits, cancels } = await aSharedCheckout()
    await db.query('select app_private.refuse_clinics_elsewhere()')
    await db.query('select app_private.begin_move($1, 4)', [b.clinicId])
    const holds = async () => (await db.one('select app_private.hold_payments($1, 60) as open', [b.clinicId])).open
    expect(await holds()).toBe(true)
    const begin = () => db.request(customer.claims, () => beginShared(db, a.clinicId, { visits }))
    await cancels()
    await closed()
    expect(await holds()).toBe(false)
    await expectRefusal(begin(), 'clinic_moving')
    await db.query('update app_private.clinic_moves set payments_refused_until = now()')
    await begin()
  })

  it('cannot move while the payment is open', async () => {
    const { a, b, cancels } = await aSharedCheckout()
    for (const { clinicId } of [a, b]) expect(await because(clinicId)).toEqual({ because: 'open_payments' })
    await cancels()
    await closed()
    await moves(b.clinicId)
  })

  it('takes its share of the payment along; the books of the other clinic balance, and it pays back through the account that was paid', async () => {
    const { a, b, customerId, id, page } = await aSharedCheckout()
    expect(await settle(db, page, 13_000)).toBe('booked')
    await moves(a.clinicId)
    expect(await receivedBy(db, id)).toEqual({ [b.clinicId]: '3000' })
    expect(await db.query('select * from billing.books_that_do_not_balance')).toEqual([])
    expect(await settle(db, page, 13_000)).toBe('already_settled')
    const { id: payment } = await db.one('select id from billing.payments where clinic_id = $1', [b.clinicId])
    await db.query(
      `select app_public.cancel_booking($1, id) from app_public.bookings where clinic_id = $1 and customer_id = $2`,
      [b.clinicId, customerId],
    )
    await billing(db, 'refund_payment', b.clinicId, payment, 3000)
    expect(
      await db.query(`select clinic_id, payload from billing_private.provider_calls where kind = 'refund'`),
    ).toEqual([{ clinic_id: b.clinicId, payload: expect.objectContaining({ account: 'acct-1', amount: '3000' }) }])
  })

  it('takes a share of the unpaid checkout along, and money that arrives later becomes credit in both databases', async () => {
    const { a, b, customerId, id, page, cancels } = await aSharedCheckout()
    await cancels()
    await closed()
    const companions = await companionsOf(b.clinicId)
    const parts = await db.one<{ rows: string }>(
      'select json_agg(p)::text as rows from billing.checkout_parts p where clinic_id = $1',
      [b.clinicId],
    )
    await moves(b.clinicId)
    expect(await settle(db, page, 13_000)).toBe('credited')
    expect(await receivedBy(db, id)).toEqual({ [a.clinicId]: '10000' })
    const reported = { shard_id: 4, state: 'paid', received: '3000', provider_payment: `payment-${page}` }
    expect(await db.query('select * from billing_private.shares_to_report()')).toEqual([
      { checkout_id: id, ...reported },
    ])
    expect(await db.query('select * from billing.books_that_do_not_balance')).toEqual([])

    // As the other database: what has arrived there is reported.
    await db.query('begin')
    await db.query(`set local session_replication_role = replica`)
    await db.query('delete from billing_private.checkout_shares')
    for (const table of ['payments', 'movements', 'credits', 'checkout_parts'])
      await db.query(`delete from billing.${table}`)
    await db.query('delete from billing.checkouts')
    await db.query('select app_private.put_companions_of_clinic($1)', [companions])
    await db.query(
      'insert into billing.checkout_parts overriding system value select p.* from json_populate_recordset(null::billing.checkout_parts, $1) p',
      [parts.rows],
    )
    await db.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, copied_from_profile) values ($1, $2, 'Ann', '{}')`,
      [b.clinicId, customerId],
    )
    await db.query('set local session_replication_role = origin')
    expect(
      (await db.one('select billing_private.settle_share($1, $2, $3, $4) as outcome', [id, 'paid', 3000, 'pi_1']))
        .outcome,
    ).toBe('credited')
    await db.query('set constraints all immediate')
    expect(await receivedBy(db, id)).toEqual({ [b.clinicId]: '3000' })
    expect(await db.query('select * from billing.books_that_do_not_balance')).toEqual([])
    // A second copy of what was not paid would have two places.
    await expectRefusal(db.query('select app_private.put_companions_of_clinic($1)', [companions]), 'clinic_not_movable')
    await db.query('rollback')
  })

  it('and that follows it, has its part in the same share', async () => {
    const { a, b, id, page, cancels } = await aSharedCheckout()
    await cancels()
    await closed()
    await moves(b.clinicId)
    await db.query('select app_private.begin_move($1, 4)', [a.clinicId])
    const companions = await companionsOf(a.clinicId)
    await moves(a.clinicId)
    const shares = () => db.query('select shard_id, clinics, amount from billing_private.checkout_shares')
    expect(await shares()).toEqual([{ shard_id: 4, clinics: 2, amount: '13000' }])
    await settle(db, page, 13_000)
    expect(await db.query('select received from billing_private.shares_to_report()')).toEqual([{ received: '13000' }])
    expect(await db.query('select from billing.books_that_do_not_balance')).toEqual([])

    // As the other database, which has the share of the second clinic.
    await db.query('begin')
    await db.query(`set local session_replication_role = replica`)
    await db.query(
      `update billing.checkouts set is_share = true, state = 'expired', outcome = null, received = null, settled_at = null,
         clinics = 1, amount = 3000 where id = $1`,
      [id],
    )
    await db.query('select app_private.put_companions_of_clinic($1)', [companions])
    expect(await db.query('select clinics, amount from billing.checkouts')).toEqual([{ clinics: 2, amount: '13000' }])
    await db.query('rollback')
  })

  it('takes its checkout along after 30 days: money that arrives still later is refused where the clinic was', async () => {
    const { b, id, page, cancels } = await aSharedCheckout()
    await cancels()
    await closed()
    await db.query(`update billing.checkouts set expires_at = now() - interval '30 days' where id = $1`, [id])
    await moves(b.clinicId)
    await expectRefusal(settle(db, page, 13_000), 'not_here')
    expect(await db.query('select from billing.payments')).toEqual([])
  })
})
