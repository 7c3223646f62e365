import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

const claimable = (db: Db) => db.query('select customer_id, full_name from app_public.claimable_records()')
const claim = (db: Db, customerId: string, forCustomerId: string | null = null) =>
  db.one('select * from app_public.claim_customer($1, $2)', [customerId, forCustomerId])

/** A record that a desk makes by telephone. */
async function aRecord(db: Db, clinicId: string, fullName: string, email: string | null): Promise<string> {
  const { id } = await db.one(
    `with c as (insert into app_public.customers (full_name, email) values ($2, $3) returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email) select $1, id, $2, $3 from c
     returning customer_id as id`,
    [clinicId, fullName, email],
  )
  return id
}

/** A patient with a proven address, and the record of them that a clinic made with it, with a visit. */
async function aKnownPatient(db: Db) {
  const practice = await aPractice(db)
  const patient = practice.customer
  const { full_name: name, email } = await db.one('select full_name, email from app_public.customers where id = $1', [
    patient.customerId,
  ])
  const recordId = await aRecord(db, practice.clinicId, name, email)
  const visit = await db.as(practice.receptionist.claims, () =>
    book(db, practice.clinicId, practice.slotId, { customerId: recordId }),
  )
  return { ...practice, patient, name: name as string, email: email as string, recordId, visit }
}

describe('claim_customer', () => {
  it('gives someone who proved the address the visits that the desk booked by telephone', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, name, recordId, visit } = await aKnownPatient(db)
      await db.as(patient.claims, async () => {
        expect(await claimable(db)).toEqual([{ customer_id: recordId, full_name: name }])
        expect(await claim(db, recordId)).toMatchObject({ id: recordId, merged_into_id: patient.customerId })
        // The request itself already sees the visit. Claiming again changes nothing.
        expect(await db.query('select id from app_public.bookings')).toEqual([{ id: visit.id }])
        await claim(db, recordId)
        expect(await claimable(db)).toEqual([])
        await cancel(db, clinicId, visit.id)
      })
      expect(
        await db.query('select basis from app_public.customer_merges where from_customer_id = $1', [recordId]),
      ).toEqual([{ basis: 'address' }])
    }))

  it('gives a record to a dependant whose visits the desk booked under the address of the parent', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, email } = await aKnownPatient(db)
      const child = await aRecord(db, clinicId, 'Tim', email)
      await db.as(patient.claims, async () => {
        const { dependant_customer_id: tim } = await db.one(
          `select * from app_public.add_dependant('Tim', current_date - 2000, 'parent')`,
        )
        expect(await claim(db, child, tim)).toMatchObject({ merged_into_id: tim })
        const { ids } = await db.one('select app_hidden.current_customer_ids() as ids')
        expect(ids).toContain(child)
      })
    }))

  it('refuses all records that the caller cannot claim with the same error', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, email, recordId } = await aKnownPatient(db)
      const stranger = await aCustomer(db)
      const others = await aRecord(db, clinicId, 'Other', 'other@test.example')
      const withoutAddress = await aRecord(db, clinicId, 'Nobody', null)
      const registered = await aCustomer(db)
      await db.query(
        'insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email) values ($1, $2, $3, $4)',
        [clinicId, registered.customerId, 'Registered', email],
      )
      await db.as(patient.claims)
      for (const id of [others, withoutAddress, registered.customerId, stranger.customerId, '0'])
        expect((await expectRefusal(claim(db, id), 'customer_not_claimable')).detail).toBe(
          JSON.stringify({ customerId: id }).replace(':', ': '),
        )
      await db.as(stranger.claims, async () => {
        expect(await claimable(db)).toEqual([])
        await expectRefusal(claim(db, recordId), 'customer_not_claimable')
        // For a customer who is not the caller's dependant.
        await expectRefusal(claim(db, recordId, patient.customerId), 'customer_not_found')
      })
      await expectRefusal(claim(db, recordId), 'unauthenticated')
    }))

  it('finds a record in the clinic that is named, and in no other', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, recordId } = await aKnownPatient(db)
      const other = await aPractice(db)
      const inClinic = (id: string) => db.one('select * from app_public.claim_customer($1, null, $2)', [recordId, id])
      await db.as(patient.claims)
      await expectRefusal(inClinic(other.clinicId), 'customer_not_claimable')
      expect(await inClinic(clinicId)).toMatchObject({ merged_into_id: patient.customerId })
    }))

  it('refuses a caller who registered with the address and has not proved it', () =>
    inTransaction(async (db) => {
      const { patient, recordId } = await aKnownPatient(db)
      await db.query('update app_private.accounts set email_verified_at = null where id = $1', [patient.accountId])
      await db.as(patient.claims)
      expect(await claimable(db)).toEqual([])
      await expectRefusal(claim(db, recordId), 'customer_not_claimable')
    }))

  it('is undone when the clinic corrects the address, because the record belongs to somebody else', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, recordId, receptionist } = await aKnownPatient(db)
      await db.as(patient.claims, () => claim(db, recordId))
      const owner = await aCustomer(db)
      const { email } = await db.one('select email from app_public.customers where id = $1', [owner.customerId])
      await db.as(receptionist.claims, () =>
        db.query('update app_public.clinic_customers set email = $3 where clinic_id = $1 and customer_id = $2', [
          clinicId,
          recordId,
          email,
        ]),
      )
      await db.as(patient.claims, async () => expect(await db.query('select 1 from app_public.bookings')).toEqual([]))
      await db.as(owner.claims, () => claim(db, recordId))
    }))

  it('does not notify the clinic, and changes neither its record nor its visits', () =>
    inTransaction(async (db) => {
      const { clinicId, patient, recordId, receptionist } = await aKnownPatient(db)
      const seen = () =>
        db.as(receptionist.claims, async () => [
          await db.query('select * from app_public.clinic_customers where clinic_id = $1 order by 2', [clinicId]),
          await db.query(
            'select id, customer_id, booking_slot_id, status, row_version from app_public.bookings order by id',
          ),
          await db.query('select * from app_public.merged_clinic_customers($1)', [clinicId]),
        ])
      const before = await seen()
      await db.as(patient.claims, () => claim(db, recordId))
      expect(await seen()).toEqual(before)
    }))
})
