import { describe, expect, it } from '@jest/globals'
import { book } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

const remove = (db: Pick<Db, 'one'>, customerId: string, cascade = false, version: number | null = null) =>
  db.one('select id, is_active from app_public.remove_customer($1, $2, $3)', [customerId, cascade, version])

describe('remove_customer', () => {
  it('lists the future bookings at every clinic, and with cascade cancels them, even after the cut-off', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aPractice(db), await aPractice(db)]
      const { customer } = here
      await db.query(`update app_public.policies set cancellation_cutoff = '30 days'`)
      const past = await aSlot(db, there.clinicId, there.doctorId, 0)
      await db.as(customer.claims)
      const bookings = [await book(db, here.clinicId, here.slotId), await book(db, there.clinicId, there.slotId)]
      await db.asOwner()
      await db.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [past])

      await db.as(customer.claims)
      const refused = await expectRefusal(remove(db, customer.customerId), 'still_in_use')
      expect(JSON.parse(refused.detail ?? '')).toMatchObject({
        liveBookings: bookings.map(({ id, clinic_id }) => ({ bookingId: id, clinicId: clinic_id })),
      })
      await expectRefusal(remove(db, customer.customerId, true, 99), 'stale_row_version')
      expect(await remove(db, customer.customerId, true, 1)).toEqual({ id: customer.customerId, is_active: false })

      await db.asOwner()
      expect(await db.query('select distinct status, cancelled_by from app_public.bookings')).toEqual([
        { status: 'cancelled', cancelled_by: 'customer' },
      ])
      expect(await db.query('select distinct status from app_public.booking_slots where id <> $1', [past])).toEqual([
        { status: 'open' },
      ])
      await expectRefusal(db.as(customer.claims), 'unauthenticated')
    }))

  it('is for customers themselves and administrators; other callers do not learn whether the customer exists', () =>
    inTransaction(async (db) => {
      const { customer, manager } = await aPractice(db)
      const other = await aCustomer(db)
      for (const { claims } of [other, manager])
        await expectRefusal(
          db.as(claims, () => remove(db, customer.customerId)),
          'customer_not_found',
        )
      // The owner, as a DBA.
      expect(await remove(db, customer.customerId)).toMatchObject({ is_active: false })
      await expectRefusal(remove(db, '999999999'), 'customer_not_found')
    }))
})
