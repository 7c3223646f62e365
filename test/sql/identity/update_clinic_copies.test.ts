import { describe, expect, it } from '@jest/globals'
import { book, hold } from '../../helpers/clinic/operations.ts'
import { aPractice, type Customer } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

const recordOf = (db: Db, clinicId: string, { customerId }: Customer) =>
  db.one('select full_name, email, phone from app_public.clinic_customers where clinic_id = $1 and customer_id = $2', [
    clinicId,
    customerId,
  ])
const changeProfile = (db: Db, { claims }: Customer, set: string) =>
  db.as(claims, () => db.query(`update app_public.customers set ${set}`))
/** The account has confirmed this address, so the profile may have it as well. */
const confirmedAddress = (db: Db, { accountId }: Customer, email: string) =>
  db.query('update app_private.accounts set email = $2 where id = $1', [accountId, email])
const edit = (db: Db, claims: object, { customerId }: Customer, set: string) =>
  db.as(claims as never, () =>
    db.query(`update app_public.clinic_customers set ${set} where customer_id = $1`, [customerId]),
  )

describe("a clinic's copy of a profile", () => {
  it('follows the profile, in every clinic that copied it', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aPractice(db), await aPractice(db)]
      const { customer } = here
      await db.as(customer.claims, () => book(db, here.clinicId, here.slotId))
      await db.as(customer.claims, () => hold(db, there.clinicId, there.slotId))
      const profile = { full_name: 'Ann Married', email: 'married@test.example', phone: '+49 30 901820' }
      await confirmedAddress(db, customer, profile.email)
      await changeProfile(
        db,
        customer,
        `full_name = 'Ann Married', email = 'married@test.example', phone = '+49 30 901820'`,
      )
      for (const { clinicId } of [here, there]) expect(await recordOf(db, clinicId, customer)).toEqual(profile)
      await changeProfile(db, customer, 'phone = null')
      for (const { clinicId } of [here, there])
        expect(await recordOf(db, clinicId, customer)).toEqual({ ...profile, phone: null })
    }))

  it("loses the clinic's choice of a channel whose address the patient removed", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      await changeProfile(db, customer, `phone = '+49 151 23456789'`)
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      await edit(db, receptionist.claims, customer, `preferred_channel = 'sms'`)
      await changeProfile(db, customer, 'phone = null')
      expect(
        await db.one('select phone, preferred_channel from app_public.clinic_customers where customer_id = $1', [
          customer.customerId,
        ]),
      ).toEqual({ phone: null, preferred_channel: null })
    }))

  it('sends waiting messages to the new address', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotId))
      await confirmedAddress(db, customer, 'new@test.example')
      await changeProfile(db, customer, `email = 'new@test.example'`)
      const recipients = await db.query(
        `select distinct m.recipient from app_public.notifications n
         cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m where n.booking_id = $1 and n.channel = 'email'`,
        [id],
      )
      expect(recipients).toEqual([{ recipient: 'new@test.example' }])
    }))

  it('keeps the columns that the clinic edited, and follows in the others', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      await edit(db, receptionist.claims, customer, `phone = '030 7', notes = 'By phone only.'`)
      await changeProfile(db, customer, `full_name = 'Ann Married', phone = '030 8'`)
      expect(await recordOf(db, clinicId, customer)).toMatchObject({ full_name: 'Ann Married', phone: '030 7' })
      // The desk enters the value that the profile has now, which still counts as the clinic's own.
      await edit(db, receptionist.claims, customer, `phone = '030 8'`)
      await changeProfile(db, customer, `phone = '030 9'`)
      expect(await recordOf(db, clinicId, customer)).toMatchObject({ phone: '030 8' })
    }))

  it('does not exist in a record that the desk made: the clinic learns nothing of a change', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      const { full_name, email } = await db.one('select full_name, email from app_public.customers where id = $1', [
        customer.customerId,
      ])
      const { customer_id: customerId } = await db.as(receptionist.claims, () =>
        db.one('select customer_id from app_public.add_clinic_customer($1, $2, $3)', [clinicId, full_name, email]),
      )
      await confirmedAddress(db, customer, 'new@test.example')
      await changeProfile(db, customer, `email = 'new@test.example', phone = '030 1'`)
      // This also holds after the customer books there later.
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      await changeProfile(db, customer, `phone = '030 2'`)
      expect(await recordOf(db, clinicId, { ...customer, customerId })).toEqual({ full_name, email, phone: null })
    }))

  it('increases row_version, so that an edit of the earlier version is refused', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      const version = async () =>
        (
          await db.one('select row_version from app_public.clinic_customers where customer_id = $1', [
            customer.customerId,
          ])
        ).row_version
      const before = await version()
      await changeProfile(db, customer, 'wants_reminders = false')
      expect(await version()).toBe(before)
      await changeProfile(db, customer, `full_name = 'Ann Married'`)
      expect(await version()).toBe(before + 1)
    }))
})
