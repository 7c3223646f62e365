import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, hold, reschedule } from '../../helpers/clinic/operations.ts'
import { aCustomer, anAccount, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy } from '../../helpers/database/rules.ts'

const merge = (db: Db, from: string, into: string) =>
  db.one('select * from app_public.merge_customers($1, $2)', [from, into])
const undo = (db: Db, id: string) => db.one('select * from app_public.undo_merge($1)', [id])
const visible = async (db: Db) => (await db.query('select id from app_public.bookings order by id')).map(({ id }) => id)

/** A practice, a person with an account, and the record that the desk made of the same person by telephone. */
async function twoOfOnePerson(db: Db) {
  const practice = await aPractice(db)
  const { id } = await db.one(
    `with c as (insert into app_public.customers (full_name, email) values ('By telephone', 'phone@test.example') returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name) select $1, id, 'By telephone' from c
     returning customer_id as id`,
    [practice.clinicId],
  )
  return { ...practice, recordId: id as string, person: practice.customer }
}

describe('merge_customers', () => {
  it('gives the survivor the visits of the other, at once and without rewriting them, until it is undone', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, recordId, person, receptionist } = await twoOfOnePerson(db)
      const visit = await db.as(receptionist.claims, () => book(db, clinicId, slotId, { customerId: recordId }))
      expect(await db.as(person.claims, () => visible(db))).toEqual([])
      await db.as(person.claims, () => expectRefusal(cancel(db, clinicId, visit.id), 'booking_not_found'))
      const before = await db.query('select * from app_public.bookings order by id')

      const merged = await merge(db, recordId, person.customerId)
      expect(merged).toMatchObject({ id: recordId, merged_into_id: person.customerId })
      expect(await db.query('select * from app_public.bookings order by id')).toEqual(before)
      await db.as(person.claims, async () => {
        expect(await visible(db)).toEqual([visit.id])
        // The person's programs learn which record survives.
        expect(await db.query('select id, merged_into_id from app_public.customers order by id')).toEqual([
          { id: person.customerId, merged_into_id: null },
          { id: recordId, merged_into_id: person.customerId },
        ])
      })

      await undo(db, recordId)
      expect(await db.as(person.claims, () => visible(db))).toEqual([])
      expect(
        await db.query(
          'select basis, undone_at is not null as undone from app_public.customer_merges where from_customer_id = $1',
          [recordId],
        ),
      ).toEqual([{ basis: 'administrator', undone: true }])

      // Merged again, the person cancels the visit that the desk booked.
      await merge(db, recordId, person.customerId)
      expect(await db.as(person.claims, () => cancel(db, clinicId, visit.id))).toMatchObject({
        status: 'cancelled',
        cancelled_by: 'customer',
        customer_id: recordId,
      })
    }))

  it('is for administrators; the surviving person undoes it, nobody else', () =>
    inTransaction(async (db) => {
      const { recordId, person, receptionist, manager } = await twoOfOnePerson(db)
      const admin = await anAccount(db, { isAdmin: true })
      const stranger = await aCustomer(db)
      for (const { claims } of [person, stranger, receptionist, manager])
        await db.as(claims, () => expectRefusal(merge(db, recordId, person.customerId), 'forbidden'))
      await db.as(admin.claims, () => merge(db, recordId, person.customerId))
      for (const { claims } of [stranger, receptionist, manager])
        await db.as(claims, () => expectRefusal(undo(db, recordId), 'merge_not_found'))
      await db.as(person.claims, () => undo(db, recordId))
      await expectRefusal(undo(db, recordId), 'merge_not_found')
      const [history] = await db.query('select * from app_public.customer_merges where from_customer_id = $1', [
        recordId,
      ])
      expect(history).toMatchObject({
        into_customer_id: person.customerId,
        merged_by_account_id: admin.accountId,
        undone_by_account_id: person.accountId,
      })
    }))

  it('refuses to merge a customer into itself, into a merged, removed or erased customer, also for a DBA who writes merged_into_id', () =>
    inTransaction(async (db) => {
      const [a, b, c, gone, removed] = [
        await aCustomer(db),
        await aCustomer(db),
        await aCustomer(db),
        await aCustomer(db),
        await aCustomer(db),
      ].map(({ customerId }) => customerId) as [string, string, string, string, string]
      await db.query('select app_public.erase_customer($1)', [gone])
      await db.query('select app_public.remove_customer($1)', [removed])
      await merge(db, a, b)
      const wrong: [string, string, string][] = [
        [c, c, 'same_customer'],
        [c, a, 'already_merged'],
        [b, c, 'others_merged_into_it'],
        [c, gone, 'erased'],
        [gone, c, 'erased'],
        [c, removed, 'removed'],
        [removed, c, 'removed'],
      ]
      for (const [from, into, because] of wrong) {
        const pointer = db.query('update app_public.customers set merged_into_id = $2 where id = $1', [from, into])
        for (const attempt of [merge(db, from, into), pointer]) {
          const error = await expectRefusal(attempt, 'merge_not_possible')
          expect(JSON.parse(error.detail ?? '')).toMatchObject({ customerId: from, because })
        }
      }
      await expectRefusal(merge(db, a, c), 'merge_not_possible')
      await expectRefusal(merge(db, a, '0'), 'customer_not_found')
      // Again changes nothing.
      await merge(db, a, b)
      expect(await db.query('select 1 from app_public.customer_merges where from_customer_id = $1', [a])).toHaveLength(
        1,
      )
    }))

  it('refuses two visits at one time, and afterwards each new one, by whatever id it is booked, moved or written', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, recordId, person, receptionist } = await twoOfOnePerson(db)
      const colleague = await db.one(
        `insert into app_public.doctors (clinic_id, full_name) values ($1, 'Colleague') returning id`,
        [clinicId],
      )
      const sameTime = await aSlot(db, clinicId, colleague.id, 48)
      const own = await db.as(person.claims, () => book(db, clinicId, slotId))
      const theirs = await db.as(receptionist.claims, () => book(db, clinicId, sameTime, { customerId: recordId }))
      const error = await expectRefusal(merge(db, recordId, person.customerId), 'merged_visits_overlap')
      expect(JSON.parse(error.detail ?? '').overlaps).toMatchObject([
        { clinicId, bookingId: theirs.id, otherBookingId: own.id },
      ])

      await cancel(db, clinicId, theirs.id)
      await merge(db, recordId, person.customerId)
      await db.as(receptionist.claims, () =>
        expectRefusal(book(db, clinicId, sameTime, { customerId: recordId }), 'customer_busy'),
      )
      const later = await db.as(receptionist.claims, async () =>
        book(db, clinicId, await db.asOwner().then(() => aSlot(db, clinicId, doctorId, 60)), { customerId: recordId }),
      )
      await db.as(person.claims, () => expectRefusal(reschedule(db, clinicId, later.id, sameTime), 'customer_busy'))
      expect(await bookingOf(db, later.id)).toMatchObject({ booking_slot_id: later.booking_slot_id })
      expect(await db.query('select * from app_private.overlapping_visits_of_merged_customers')).toEqual([])
    }))

  it('counts the live bookings and holds of all ids of a person', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, recordId, person, receptionist } = await twoOfOnePerson(db)
      await db.query('update app_public.policies set max_live_bookings = 2 where clinic_id = $1', [clinicId])
      const [second, third] = [await aSlot(db, clinicId, doctorId, 60), await aSlot(db, clinicId, doctorId, 61)]
      await db.as(receptionist.claims, () => book(db, clinicId, slotId, { customerId: recordId }))
      await merge(db, recordId, person.customerId)
      await db.as(person.claims, async () => {
        await hold(db, clinicId, second)
        await expectRefusal(book(db, clinicId, third), 'too_many_bookings')
        await expectRefusal(book(db, clinicId, third, { customerId: recordId }), 'too_many_bookings')
        await book(db, clinicId, second)
      })
    }))
})

it('merged_clinic_customers lists pairs of records that the clinic has, and nothing of others', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, recordId, person, receptionist } = await twoOfOnePerson(db)
    await merge(db, recordId, person.customerId)
    const listed = () =>
      db.as(receptionist.claims, () =>
        db.query('select customer_id, surviving_customer_id from app_public.merged_clinic_customers($1)', [clinicId]),
      )
    // The clinic knows nothing of the account.
    expect(await listed()).toEqual([])
    await db.as(person.claims, () => book(db, clinicId, slotId))
    expect(await listed()).toEqual([{ customer_id: recordId, surviving_customer_id: person.customerId }])
  }))

it('customer_merges keeps its rows as they were, also for a DBA', () =>
  inTransaction(async (db) => {
    const [a, b, c] = [await aCustomer(db), await aCustomer(db), await aCustomer(db)]
    await merge(db, a.customerId, b.customerId)
    const { id } = await db.one('select id from app_public.customer_merges where from_customer_id = $1', [a.customerId])
    await expectRefusal(
      db.query('update app_public.customer_merges set into_customer_id = $2 where id = $1', [id, c.customerId]),
      'immutable_column',
    )
    await undo(db, a.customerId)
    await expectRefusal(
      db.query('update app_public.customer_merges set undone_at = null where id = $1', [id]),
      'immutable_column',
    )
    const violations = {
      merges_are_identified_by_id: [
        `insert into app_public.customer_merges (id, from_customer_id, into_customer_id, basis) overriding system value
         values ($1, $2, $3, 'address')`,
        id,
        b.customerId,
        c.customerId,
      ],
      merges_are_of_a_customer: [
        `insert into app_public.customer_merges (from_customer_id, into_customer_id, basis) values (0, $1, 'address')`,
        c.customerId,
      ],
      merges_are_into_a_customer: [
        `insert into app_public.customer_merges (from_customer_id, into_customer_id, basis) values ($1, 0, 'address')`,
        c.customerId,
      ],
    } satisfies Record<string, [string, ...unknown[]]>
    expect(Object.keys(violations).sort()).toEqual(await constraintsOf(db, ['app_public.customer_merges']))
    expect(await refusedBy(db, violations)).toEqual(
      Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])),
    )
  }))
