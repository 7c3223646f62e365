import { describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer, anAccount, anEmployee } from '../../../helpers/clinic/world.ts'
import { inTransaction } from '../../../helpers/database/database.ts'

const me = 'select * from app_public.current_person()'

describe('current_person', () => {
  it('returns null for an anonymous caller', () =>
    inTransaction(async (db) => {
      await db.as({})
      expect(await db.one('select app_public.current_person() is null as nobody')).toEqual({ nobody: true })
    }))

  it('returns a customer with their name', () =>
    inTransaction(async (db) => {
      const { accountId, customerId, claims } = await aCustomer(db, 'Ann Example')
      await db.as(claims)
      expect(await db.one(me)).toEqual({
        account_id: accountId,
        email: expect.stringMatching(/@test\.example$/),
        is_admin: false,
        customer_id: customerId,
        customer_ids: [customerId],
        full_name: 'Ann Example',
        staff_clinic_ids: [],
        desk_clinic_ids: [],
        manager_clinic_ids: [],
        email_is_confirmed: true,
        new_email: null,
      })
    }))

  it('returns an employee with their clinics and rights', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const manager = await anEmployee(db, clinicId, 'manager')
      const doctor = await anEmployee(db, clinicId, 'doctor')
      await db.as(manager.claims, async () => {
        expect(await db.one(me)).toMatchObject({
          customer_id: null,
          staff_clinic_ids: [clinicId],
          desk_clinic_ids: [clinicId],
          manager_clinic_ids: [clinicId],
        })
      })
      await db.as(doctor.claims)
      expect(await db.one(me)).toMatchObject({
        staff_clinic_ids: [clinicId],
        desk_clinic_ids: [],
        manager_clinic_ids: [],
      })
    }))

  it('returns an administrator', () =>
    inTransaction(async (db) => {
      await db.as((await anAccount(db, { isAdmin: true })).claims)
      expect(await db.one(me)).toMatchObject({ is_admin: true, customer_id: null, full_name: null })
    }))
})
