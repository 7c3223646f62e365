import { describe, expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// A person's data is that of all ids of the person, and dependants leave with their only guardian.

/** A mother with a child, a record that the desk made of her and that was merged, and a visit of each. */
async function aHousehold(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, slotId, customer: mother, receptionist } = practice
  const { dependant_customer_id: child } = await db.as(mother.claims, () =>
    db.one(`select * from app_public.add_dependant('Tim', current_date - 2000, 'parent')`),
  )
  const { id: record } = await db.one(
    `with c as (insert into app_public.customers (full_name) values ('By telephone') returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name, notes)
     select $1, id, 'By telephone', 'called twice' from c returning customer_id as id`,
    [clinicId],
  )
  await db.query('select app_public.merge_customers($1, $2)', [record, mother.customerId])
  const [second, third] = [await aSlot(db, clinicId, doctorId, 60), await aSlot(db, clinicId, doctorId, 62)]
  await db.as(mother.claims, async () => {
    await book(db, clinicId, slotId, { note: 'mother' })
    await book(db, clinicId, second, { customerId: child, note: 'child' })
  })
  await db.as(receptionist.claims, () => book(db, clinicId, third, { customerId: record, note: 'record' }))
  return { ...practice, mother, child: child as string, record: record as string }
}

const statuses = (db: Db) =>
  db.query(
    'select customer_id, status, note from app_public.bookings where customer_id = any ($1) order by customer_id',
    [ids],
  )
let ids: string[]

describe('export_customer', () => {
  it('has the visits of merged records and the family; that of a dependant is for the guardian', () =>
    inTransaction(async (db) => {
      const { mother, child, record } = await aHousehold(db)
      await db.as(mother.claims)
      const own = await db.one('select * from app_public.export_customer()')
      expect(own.bookings.map(({ note }: { note: string }) => note).sort()).toEqual(['mother', 'record'])
      expect(own.clinic_records.map(({ notes }: { notes: string }) => notes)).toContain('called twice')
      expect(own.family).toMatchObject({
        dependants: [{ customerId: child, fullName: 'Tim', relation: 'parent', endedAt: null }],
        guardians: [],
        mergedRecords: [{ customerId: record, basis: 'administrator', undoneAt: null }],
      })
      const childs = await db.one('select * from app_public.export_customer($1)', [child])
      expect(childs).toMatchObject({ bookings: [{ note: 'child' }], family: { guardians: [{ relation: 'parent' }] } })
      await db.query('select app_public.end_guardianship($1)', [child])
      await expectRefusal(db.query('select app_public.export_customer($1)', [child]), 'customer_not_found')
      await db.as((await db.asOwner().then(() => aCustomer(db))).claims)
      await expectRefusal(db.query('select app_public.export_customer($1)', [child]), 'customer_not_found')
    }))
})

describe('erase_customer', () => {
  it('erases merged records and dependants who have no other guardian with the person', () =>
    inTransaction(async (db) => {
      const { mother, child, record } = await aHousehold(db)
      ids = [mother.customerId, child, record]
      await db.as(mother.claims, () => db.query('select app_public.erase_customer($1)', [mother.customerId]))
      expect(await statuses(db)).toEqual(
        [...ids]
          .sort((a, b) => Number(a) - Number(b))
          .map((customer_id) => ({ customer_id, status: 'cancelled', note: null })),
      )
      expect(
        await db.query(
          'select distinct full_name, birth_date, is_active from app_public.customers where id = any ($1)',
          [ids],
        ),
      ).toEqual([{ full_name: 'erased', birth_date: null, is_active: false }])
      expect(await db.query('select 1 from app_public.clinic_customers where notes is not null')).toEqual([])
      expect(
        await db.query('select 1 from app_public.guardianships where dependant_customer_id = $1', [child]),
      ).toEqual([])
    }))

  it('leaves a dependant who has another guardian, and one whose guardianship has ended', () =>
    inTransaction(async (db) => {
      const { mother, child } = await aHousehold(db)
      const father = await aCustomer(db)
      const { other } = await db.as(mother.claims, () =>
        db.one(
          `select dependant_customer_id as other from app_public.add_dependant('Zoe', current_date - 3000, 'parent')`,
        ),
      )
      await db.query(
        `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation) values ($1, $2, 'parent')`,
        [father.customerId, child],
      )
      await db.as(mother.claims, async () => {
        await db.query('select app_public.end_guardianship($1)', [other])
        await db.query('select app_public.erase_customer($1)', [mother.customerId])
      })
      expect(
        await db.query('select full_name from app_public.customers where id = any ($1) order by 1', [[child, other]]),
      ).toEqual([{ full_name: 'Tim' }, { full_name: 'Zoe' }])
      await db.as(father.claims, async () =>
        expect(await db.query('select note from app_public.bookings')).toEqual([{ note: 'child' }]),
      )
    }))

  it('erases a dependant alone at the guardian’s request', () =>
    inTransaction(async (db) => {
      const { mother, child, record } = await aHousehold(db)
      ids = [mother.customerId, child, record]
      await db.as(mother.claims, () => db.query('select app_public.erase_customer($1)', [child]))
      expect((await statuses(db)).map(({ note }) => note).sort()).toEqual(['mother', 'record', null].sort())
      await db.as(mother.claims)
      expect(await db.query('select 1 from app_public.guardianships')).toEqual([])
    }))
})

describe('remove_customer', () => {
  it('lists the visits of merged records and dependants, and cancels them with cascade; merged records become separate again', () =>
    inTransaction(async (db) => {
      const { clinicId, mother, child, record, receptionist, doctorId } = await aHousehold(db)
      ids = [mother.customerId, child, record]
      await db.as(mother.claims, async () => {
        const error = await expectRefusal(
          db.query('select app_public.remove_customer($1)', [mother.customerId]),
          'still_in_use',
        )
        expect(JSON.parse(error.detail ?? '').liveBookings).toHaveLength(2)
        await db.query('select app_public.remove_customer($1, true)', [mother.customerId])
      })
      expect((await statuses(db)).map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
      expect(
        await db.query(
          'select id, is_active, merged_into_id from app_public.customers where id = any ($1) order by id',
          [ids],
        ),
      ).toEqual(
        [...ids]
          .sort((a, b) => Number(a) - Number(b))
          .map((id) => ({ id, is_active: id === record, merged_into_id: null })),
      )
      // The clinic goes on with its record.
      const slot = await aSlot(db, clinicId, doctorId, 80)
      await db.as(receptionist.claims, () => book(db, clinicId, slot, { customerId: record }))
    }))
})
