import { expect, it } from '@jest/globals'
import { record } from '../../helpers/clinic/billing.ts'
import { aClinic, aCustomer, anAccount } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

const listed = async (db: Db) =>
  (await db.query('select id from app_public.clinics_with_records()')).map(({ id }) => id)

it('clinics_with_records has the clinics that know the caller, a dependant or a merged record, and no other', () =>
  inTransaction(async (db) => {
    const [own, ofChild, ofMerged, other] = [await aClinic(db), await aClinic(db), await aClinic(db), await aClinic(db)]
    const [person, second, stranger] = [await aCustomer(db), await aCustomer(db), await aCustomer(db)]
    const { child } = await db.as(person.claims, () =>
      db.one(`select dependant_customer_id as child from app_public.add_dependant('Child', '2024-01-01', 'parent')`),
    )
    await record(db, own, person.customerId)
    await record(db, own, child)
    await record(db, ofChild, child)
    await record(db, ofMerged, second.customerId)
    await record(db, other, stranger.customerId)
    expect(await db.as(person.claims, () => listed(db))).toEqual([own, ofChild])
    await db.query('update app_public.customers set merged_into_id = $2 where id = $1', [
      second.customerId,
      person.customerId,
    ])
    expect(await db.as(person.claims, () => listed(db))).toEqual([own, ofChild, ofMerged])
  }))

it('clinics_with_records is empty for an account without a customer, and refused to callers who are not signed in', () =>
  inTransaction(async (db) => {
    await aClinic(db)
    const { claims } = await anAccount(db)
    expect(await db.as(claims, () => listed(db))).toEqual([])
    await expectRefusal(
      db.as({}, () => listed(db)),
      'insufficient_privilege',
    )
  }))
