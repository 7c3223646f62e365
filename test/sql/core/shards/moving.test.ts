import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { Ledger } from '../../../../src/billing/ledger.ts'
import { settlingShares } from '../../../../src/billing/shares.ts'
import { createPool } from '../../../../src/database/pools.ts'
import { copyDifferentRows, copyRows, tablesOfClinics } from '../../../../src/shards/clinic_rows.ts'
import { billing, booksBalance, openPage, settle } from '../../../helpers/clinic/billing.ts'
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
  /** The result of copyRows when no other transaction of the server is running. */
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
          // A snapshot lists the running transactions that are older than the last one that has ended.
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
  let clones: ClonedDatabase[]
  let pools: Pool[]
  /** The database with the page of the payment, and others to which clinics move. Their number in the installation is the index. */
  let databases: Connection[]
  beforeEach(() => {
    clones = []
    pools = []
    databases = [db]
  })
  afterEach(async () => {
    for (const other of databases.slice(1)) await other.close()
    for (const pool of pools) await pool.end()
    for (const clone of clones) await clone.drop()
  })

  /** Adds databases that know the same people, with ids of their own. */
  async function addDatabases(count: number): Promise<void> {
    for (let added = 0; added < count; added++) {
      const clone = await cloneDatabase()
      clones.push(clone)
      const other = await connect(clone.url)
      databases.push(other)
      await other.query(`alter sequence billing.checkouts_id_seq restart with ${databases.length - 1}000000000000`)
      await other.query('begin; set local session_replication_role = replica')
      for (const table of ['app_private.accounts', 'app_public.customers']) {
        const { rows } = await db.one(`select json_agg(t) as rows from ${table} t`)
        await other.query(
          `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1)`,
          [JSON.stringify(rows)],
        )
      }
      await other.query('commit')
    }
    pools = [database, ...clones].map(({ url }) => createPool(url, { name: 'test', size: 1 }))
  }

  /** Moves a clinic from one database to another, by their numbers. */
  async function moves(clinicId: string, from: number, to: number): Promise<void> {
    const [source, target] = [databases[from], databases[to]] as [Connection, Connection]
    await source.query('select app_private.begin_move($1, $2)', [clinicId, to])
    await source.query('select app_private.require_no_open_payments($1)', [clinicId])
    await source.query('select app_private.hold_writes($1, 60)', [clinicId])
    await target.query('begin')
    await target.query('select app_private.begin_arrival($1)', [clinicId])
    const tables = await tablesOfClinics(target.client)
    const names = (copied: boolean) => tables.filter(({ isCopied }) => isCopied === copied).map(({ table }) => table)
    await copyRows(source.client, target.client, clinicId, names(false))
    await copyDifferentRows(source.client, target.client, clinicId, names(true))
    const { companions } = await source.one('select app_private.companions_of_clinic($1)::text as companions', [
      clinicId,
    ])
    const put = 'select app_private.put_companions_of_clinic($1, $2)::text as shares'
    const { shares } = await target.one(put, [clinicId, companions])
    await target.query('select app_private.end_arrival($1)', [clinicId])
    await source.query('select app_private.leave_clinic($1, $2)', [clinicId, shares])
    await target.query('commit')
    // The map, here of each of them.
    await source.query('begin; set local session_replication_role = replica')
    await source.query('insert into app_private.clinic_shards (clinic_id, shard_id) values ($1, $2)', [clinicId, to])
    await source.query('commit')
    await source.query('select app_private.remove_moved_clinic($1)', [clinicId])
  }

  /** Passes on what is due, as the billing process of the global database does, until nothing is. */
  async function passOn(): Promise<void> {
    const ledgers = async () => new Map(pools.map((pool, number) => [number, new Ledger(pool, [])]))
    const settles = settlingShares({ ledgers })
    await eventually(async () => {
      let due = 0
      for (const each of databases) {
        await each.query('update billing_private.checkout_shares set retry_at = now() where due_since is not null')
        due += (await each.query('select from billing_private.checkout_shares where due_since is not null')).length
      }
      if (due > 0) await settles()
      return due === 0
    }, 'the shares of what was received')
  }

  /** The credit at a clinic in each of the databases. */
  const creditsAt = async (clinicId: string) => {
    const credits = []
    for (const each of databases) {
      const rows = await each.query('select balance from billing.credits where clinic_id = $1', [clinicId])
      credits.push(rows.map(({ balance }) => balance))
    }
    return credits
  }

  const booksOfAll = async () => {
    for (const each of databases) expect(await booksBalance(each)).toEqual([])
  }

  /** A checkout for two clinics, whose page exists: 100.00 are paid at the first, 30.00 at the second. */
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

  const closed = () =>
    db.query(`select billing_private.record_provider_call(id, 'done') from billing_private.provider_calls`)

  /** A checkout that its patient has cancelled. */
  async function anUnpaidCheckout() {
    const shared = await aSharedCheckout()
    await shared.cancels()
    await closed()
    return {
      ...shared,
      outcome: async () => (await db.one('select outcome from billing.checkouts where not is_share')).outcome,
    }
  }

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
    await addDatabases(1)
    for (const { clinicId } of [a, b]) {
      const { detail } = await expectRefusal(moves(clinicId, 0, 1), 'clinic_not_movable')
      expect(JSON.parse(detail ?? '')).toEqual({ because: 'open_payments' })
    }
    await cancels()
    await closed()
    await moves(b.clinicId, 0, 1)
  })

  it('takes its part of the payment along; the books of both balance, and the other one pays back through the account that was paid', async () => {
    const { a, b, customerId, id, page } = await aSharedCheckout()
    expect(await settle(db, page, 13_000)).toBe('booked')
    await addDatabases(1)
    await moves(a.clinicId, 0, 1)
    expect(await receivedBy(db, id)).toEqual({ [b.clinicId]: '3000' })
    expect(await receivedBy(databases[1] as Connection, id)).toEqual({ [a.clinicId]: '10000' })
    await booksOfAll()
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

  it('takes a share of the unpaid checkout along, and money that arrives months later becomes credit in both databases', async () => {
    const { a, b, id, page, outcome } = await anUnpaidCheckout()
    await db.query(`update billing.checkouts set expires_at = now() - interval '100 days' where id = $1`, [id])
    await addDatabases(1)
    await moves(b.clinicId, 0, 1)
    expect(await settle(db, page, 13_000)).toBe('credited')
    const reported = { checkout_id: id, shard_id: 1, share_id: id, state: 'paid', received: '3000' }
    expect(await db.query('select * from billing_private.shares_to_report()')).toMatchObject([reported])
    await passOn()
    expect(await creditsAt(a.clinicId)).toEqual([['10000'], []])
    expect(await creditsAt(b.clinicId)).toEqual([[], ['3000']])
    expect(await outcome()).toBe('credited')
    await booksOfAll()
  })

  it('and that follows it, has a share of its own', async () => {
    const { a, b, page, outcome } = await anUnpaidCheckout()
    await addDatabases(1)
    await moves(b.clinicId, 0, 1)
    await moves(a.clinicId, 0, 1)
    // Each share is reported by itself.
    expect(await settle(db, page, 13_000)).toBe('paid')
    await passOn()
    expect(await creditsAt(a.clinicId)).toEqual([[], ['10000']])
    expect(await creditsAt(b.clinicId)).toEqual([[], ['3000']])
    expect(await outcome()).toBe('credited')
    await booksOfAll()
  })

  it('and that moves back, has a share where the page is, and where the other one has moved meanwhile', async () => {
    const { a, b, page, outcome } = await anUnpaidCheckout()
    await addDatabases(2)
    await moves(b.clinicId, 0, 1)
    await moves(b.clinicId, 1, 0)
    await moves(a.clinicId, 0, 2)
    await moves(b.clinicId, 0, 2)
    await moves(b.clinicId, 2, 1)
    await moves(b.clinicId, 1, 2)
    await settle(db, page, 13_000)
    await passOn()
    expect(await creditsAt(a.clinicId)).toEqual([[], [], ['10000']])
    expect(await creditsAt(b.clinicId)).toEqual([[], [], ['3000']])
    expect(await outcome()).toBe('credited')
    // What was paid meanwhile moves on, too.
    await moves(b.clinicId, 2, 0)
    await moves(a.clinicId, 2, 1)
    expect(await creditsAt(b.clinicId)).toEqual([['3000'], [], []])
    await booksOfAll()
  })

  it('is not paid where it was: without its share, money that arrives is refused', async () => {
    const { b, page } = await anUnpaidCheckout()
    await addDatabases(1)
    await moves(b.clinicId, 0, 1)
    await db.query(`begin; set local session_replication_role = replica; delete from billing_private.checkout_shares;
      commit`)
    await expectRefusal(settle(db, page, 13_000), 'not_here')
    expect(await db.query('select from billing.payments')).toEqual([])
  })
})
