import { describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

async function aRecord(db: Db, phone: string | null, timeZone = 'Europe/Berlin') {
  const clinicId = await aClinic(db, timeZone)
  const { customerId } = await aCustomer(db)
  await db.query(
    'insert into app_public.clinic_customers (clinic_id, customer_id, full_name, phone) values ($1, $2, $3, $4)',
    [clinicId, customerId, 'Ann', phone],
  )
  const numbers = () =>
    db.one('select phone, phone_e164, phone_takes_sms from app_public.clinic_customers where clinic_id = $1', [
      clinicId,
    ])
  const change = (set: string, values: unknown[] = []) =>
    db.query(`update app_public.clinic_customers set ${set} where clinic_id = ${clinicId}`, values)
  return { clinicId, customerId, numbers, change }
}

describe("a phone number in a clinic's records", () => {
  it("keeps what was typed, with the international form by the clinic's country", () =>
    inTransaction(async (db) => {
      const here = await aRecord(db, '0151 / 234 567-89')
      expect(await here.numbers()).toEqual({
        phone: '0151 / 234 567-89',
        phone_e164: '+4915123456789',
        phone_takes_sms: true,
      })
      const there = await aRecord(db, '(212) 555-2368', 'America/New_York')
      expect(await there.numbers()).toMatchObject({ phone_e164: '+12125552368' })
      const nowhere = await aRecord(db, '0151 23456789', 'UTC')
      expect(await nowhere.numbers()).toMatchObject({ phone_e164: null, phone_takes_sms: false })
    }))

  it("is read again when it changes, when it is removed, and when the clinic's country changes", () =>
    inTransaction(async (db) => {
      const { clinicId, numbers, change } = await aRecord(db, '0151 23456789')
      await change(`phone = '030 123456'`)
      expect(await numbers()).toMatchObject({ phone_e164: '+4930123456', phone_takes_sms: false })
      await db.query(`update app_public.clinics set country = 'IT' where id = $1`, [clinicId])
      expect(await numbers()).toMatchObject({ phone_e164: '+39030123456' })
      await change('phone = null')
      expect(await numbers()).toEqual({ phone: null, phone_e164: null, phone_takes_sms: false })
    }))

  it('cannot be given another international form by hand', () =>
    inTransaction(async (db) => {
      const { numbers, change } = await aRecord(db, '030 123456')
      await change(`phone_e164 = '+4915100000000', phone_takes_sms = true`)
      expect(await numbers()).toMatchObject({ phone_e164: '+4930123456', phone_takes_sms: false })
    }))

  it('is refused for a customer who is to be reached by SMS, unless it is a mobile number', () =>
    inTransaction(async (db) => {
      const { change } = await aRecord(db, '0151 23456789')
      await change(`preferred_channel = 'sms'`)
      for (const phone of ['030 123456', '0800 1234567', 'call my wife', '+49 30 123456', '+999 1'])
        await expectRefusal(change('phone = $1', [phone]), 'phone_takes_no_sms')
      await change(`phone = '+44 7400 123456'`)
      await change(`preferred_channel = null, phone = '030 123456'`)
      await expectRefusal(change(`preferred_channel = 'sms'`), 'phone_takes_no_sms')
    }))
})

describe("a customer's own number", () => {
  it('may change to a landline, even if a clinic that copied it chose SMS', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { customerId, claims } = await aCustomer(db)
      await db.query(`update app_public.customers set phone = '0151 23456789' where id = $1`, [customerId])
      await db.query('select app_private.ensure_clinic_customer($1, c) from app_public.customers c where id = $2', [
        clinicId,
        customerId,
      ])
      await db.query(`update app_public.clinic_customers set preferred_channel = 'sms' where clinic_id = $1`, [
        clinicId,
      ])
      await db.as(claims, () => db.query(`update app_public.customers set phone = '030 123456'`))
      expect(
        await db.one('select phone_e164, phone_takes_sms from app_public.clinic_customers where clinic_id = $1', [
          clinicId,
        ]),
      ).toEqual({ phone_e164: '+4930123456', phone_takes_sms: false })
    }))

  it('is refused in international form, if the customer wants SMS and it is not a mobile number', () =>
    inTransaction(async (db) => {
      const { customerId, claims } = await aCustomer(db)
      await db.as(claims)
      const change = (phone: string) =>
        db.query(`update app_public.customers set phone = $2, preferred_channel = 'sms' where id = $1`, [
          customerId,
          phone,
        ])
      for (const phone of ['+49 30 123456', '+1 800 555 0199', '+999 1'])
        await expectRefusal(change(phone), 'phone_takes_no_sms')
      for (const phone of ['+49 151 23456789', '0151 23456789']) await change(phone)
    }))
})

describe("a clinic's country", () => {
  it('is that of its time zone unless another is given', () =>
    inTransaction(async (db) => {
      const countryOf = async (zone: string, country: string | null) =>
        (
          await db.one(
            `insert into app_public.clinics (name, time_zone, country) values ('C', $1, $2) returning country`,
            [zone, country],
          )
        ).country
      expect(await countryOf('Europe/Berlin', null)).toBe('DE')
      expect(await countryOf('Asia/Kolkata', null)).toBe('IN')
      expect(await countryOf('Europe/Berlin', 'CH')).toBe('CH')
      expect(await countryOf('UTC', null)).toBeNull()
      await db.query('update app_public.clinics set country = null')
      expect(await db.query(`select from app_public.clinics where country is null and time_zone <> 'UTC'`)).toEqual([])
    }))
})
