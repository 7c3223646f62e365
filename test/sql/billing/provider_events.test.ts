import { expect, it } from '@jest/globals'
import { aPaidPractice, beginVisit, billing, openPage, settle } from '../../helpers/clinic/billing.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

// What providers report, in a database that is one of several.

let events = 0
/** Stores an event about a checkout or refund. Returns whether it is new; null when it is about another database. */
const stored = async (
  db: Db,
  ownId: string | null,
  { provider = 'stripe', eventId = `evt_${events++}`, objectId = 'cs_1' } = {},
) =>
  (
    await db.one(
      `select billing_private.store_provider_event($1, $2, 'checkout.session.completed', $3, null, $4) as is_new`,
      [provider, eventId, objectId, ownId],
    )
  ).is_new
const becomeShard = (db: Db, number: number | null) =>
  db.query('update app_private.installation set shard_id = $1', [number])
/** The provider of the payments in these tests. */
const refunded = { provider: 'development' }
const kept = async (db: Db) => (await db.query('select from billing_private.provider_events')).length

it('an event about a checkout of another database is not stored, whichever database it is', () =>
  inTransaction(async (db) => {
    for (const [own, other] of [
      [2, '1000000000017'],
      [2, '17'],
      [null, '2000000000017'],
    ] as const) {
      await becomeShard(db, own)
      expect(await stored(db, other)).toBeNull()
    }
    expect(await kept(db)).toBe(0)
  }))

it('an event about a checkout that this database has made is stored once, also when it has been lost since', () =>
  inTransaction(async (db) => {
    await becomeShard(db, 2)
    expect(await stored(db, '2000000000017', { eventId: 'evt_own' })).toBe(true)
    expect(await stored(db, '2000000000017', { eventId: 'evt_own' })).toBe(false)
    expect(await kept(db)).toBe(1)
  }))

it('an event that names no checkout of ours is stored by every database', () =>
  inTransaction(async (db) => {
    await becomeShard(db, 2)
    expect(await stored(db, null)).toBe(true)
  }))

it('an event about a checkout that came with a clinic from another database is stored', () =>
  inTransaction(async (db) => {
    const practice = await aPaidPractice(db)
    const { id } = await db.as(practice.customer.claims, () => beginVisit(db, practice, practice.slotId))
    await becomeShard(db, 2)
    expect(await stored(db, id)).toBe(true)
  }))

it('an event about a refund that came with a clinic from another database is stored, by the id of the provider', () =>
  inTransaction(async (db) => {
    const practice = await aPaidPractice(db)
    const { clinicId, customer } = practice
    const checkout = await db.as(customer.claims, () => beginVisit(db, practice, practice.slotId))
    await settle(db, await openPage(db, checkout.id), checkout.amount)
    const payment = await db.one('select id from billing.payments where checkout_id = $1', [checkout.id])
    await db.query(
      `select billing.move_to_credit(i.clinic_id, i.id, 5000) from billing.invoices i where clinic_id = $1`,
      [clinicId],
    )
    const refund = await billing<{ id: string }>(db, 'refund_payment', clinicId, payment.id, 5000, 'Moved away')
    await db.query(`update billing.refunds set provider_refund = 're_1' where id = $1`, [refund.id])
    await becomeShard(db, 2)
    expect(await stored(db, '17', { ...refunded, objectId: 're_1' })).toBe(true)
    expect(await stored(db, '17', { ...refunded, objectId: 're_2' })).toBeNull()
  }))

it('databases_of_event returns the shard of the id, and the shards to which clinics were moved', () =>
  inTransaction(async (db) => {
    const databasesOf = async (ownId: string | null) =>
      (await db.query('select * from billing_private.databases_of_event($1) as address', [ownId])).map(
        ({ address }) => address,
      )
    expect(await databasesOf(null)).toEqual([])
    const addressOf = (number: number) => `postgresql://shard${number}.example/medislot`
    for (const [number, state] of [
      [1, 'active'],
      [2, 'active'],
      [3, 'active'],
      [4, 'joining'],
    ] as const)
      await db.query('insert into app_private.shards (id, address, state) values ($1, $2, $3)', [
        number,
        addressOf(number),
        state,
      ])
    await db.query('insert into app_private.clinic_shards (clinic_id, shard_id) values (1900000000001, 2)')
    expect(await databasesOf('1000000000017')).toEqual([addressOf(1), addressOf(2)])
    expect(await databasesOf('2000000000017')).toEqual([addressOf(2)])
    expect(await databasesOf('17')).toEqual([addressOf(2)])
    expect(await databasesOf('4000000000017')).toEqual([addressOf(2)])
    expect(await databasesOf(null)).toEqual([addressOf(1), addressOf(2), addressOf(3)])
  }))
