import { describe, expect, it } from '@jest/globals'
import { book, cancel, withdraw } from '../../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// Whom the clinic has to phone after it cancelled: decided by the channel that is really used, given as fields.

/** A clinic that sends only e-mail, with a booking of Emil, who has an address, and one of Phyllis, who has only a phone. */
async function aDayWithAPhone(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, slotId } = practice
  const patient = async (name: string, email: string | null) =>
    (
      await db.one('select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)', [
        clinicId,
        name,
        email,
        '+49 151 23456789',
      ])
    ).customer_id as string
  const [emil, phyllis] = [await patient('Emil', 'emil@test.example'), await patient('Phyllis', null)]
  const phylliss = await aSlot(db, clinicId, doctorId, 49)
  return {
    ...practice,
    phyllis,
    phylliss,
    later: await aSlot(db, clinicId, doctorId, 52),
    ofEmil: await book(db, clinicId, slotId, { customerId: emil }),
    ofPhyllis: await book(db, clinicId, phylliss, { customerId: phyllis }),
  }
}

const sendsSms = (db: Db, clinicId: string) =>
  db.query(
    `insert into app_public.notification_rules select $1, kind, 'sms' from unnest(enum_range(null::app_public.notification_kind)) kind`,
    [clinicId],
  )

const ids = (rows: { id?: unknown }[]) => rows.map(({ id }) => id)

const messagesAbout = (db: Db, bookingId: string) =>
  db.query(
    `select kind, channel, state, attempts, last_error from app_public.notifications
     where booking_id = $1 and kind <> 'booking_reminder' order by id`,
    [bookingId],
  )

describe('a notification to a patient whose address is not known', () => {
  it('is dead from the beginning, and says why', () =>
    inTransaction(async (db) => {
      const { ofEmil, ofPhyllis } = await aDayWithAPhone(db)
      expect(await messagesAbout(db, ofEmil.id)).toMatchObject([{ state: 'pending', last_error: null }])
      expect(await messagesAbout(db, ofPhyllis.id)).toEqual([
        {
          kind: 'booking_confirmed',
          channel: 'email',
          state: 'dead',
          attempts: 0,
          last_error: 'the clinic knows no address for email',
        },
      ])
    }))

  it('is sent again once an address is known, and refused before', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, phyllis, ofPhyllis } = await aDayWithAPhone(db)
      const { id } = await db.one('select id from app_public.notifications where booking_id = $1 and state = $2', [
        ofPhyllis.id,
        'dead',
      ])
      const sendAgain = () => db.one('select state from app_public.send_again($1, $2)', [clinicId, id])
      await db.as(manager.claims)
      const error = await expectRefusal(sendAgain(), 'no_address')
      expect(JSON.parse(error.detail ?? '')).toEqual({ channel: 'email' })
      await db.asOwner()
      await db.query(`update app_public.clinic_customers set email = 'p@test.example' where customer_id = $1`, [
        phyllis,
      ])
      await db.as(manager.claims, async () => expect(await sendAgain()).toEqual({ state: 'pending' }))
    }))
})

describe('customers_without_address', () => {
  it.each([
    ['only e-mail', 'an e-mail address', false, 'a@test.example', '+4915123456789', true],
    ['only e-mail', 'only a phone', false, null, '+4915123456789', false],
    ['SMS, too', 'only a mobile number', true, null, '+4915123456789', true],
    ['SMS, too', 'only a landline', true, null, '030 123456', false],
    ['SMS, too', 'neither', true, null, null, false],
  ])('when the clinic sends %s, to a patient with %s', (_sent, _known, sms, email, phone, isReached) =>
    inTransaction(async (db) => {
      const { clinicId, receptionist } = await aPractice(db)
      if (sms) await sendsSms(db, clinicId)
      const { customer_id } = await db.one('select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)', [
        clinicId,
        'Somebody',
        email,
        phone,
      ])
      await db.as(receptionist.claims)
      expect(
        await db.one(`select app_public.customers_without_address($1, array[$2::bigint], 'slot_withdrawn') as ids`, [
          clinicId,
          customer_id,
        ]),
      ).toEqual({ ids: isReached ? [] : [customer_id] })
    }),
  )

  it('names customers who are not in the records, and refuses more than a thousand', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims)
      const asked = (ids: number[]) =>
        db.one(`select app_public.customers_without_address($1, $2, 'slot_withdrawn') as ids`, [clinicId, ids])
      expect(await asked([0, 0])).toEqual({ ids: ['0'] })
      await expectRefusal(asked(Array.from({ length: 1001 }, (_, i) => i)), 'invalid_argument')
    }))
})

describe('bookings_to_phone', () => {
  const toPhone = async (db: Db, clinicId: string, filter = '', ...values: unknown[]) =>
    ids(await db.query(`select id from app_public.bookings_to_phone($1${filter})`, [clinicId, ...values]))

  it('lists of a withdrawn day those who cannot be notified', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist, ofEmil, ofPhyllis } = await aDayWithAPhone(db)
      const dates = await db.query<{ date: string }>(
        'select distinct slot_date::text as date from app_public.booking_slots where clinic_id = $1',
        [clinicId],
      )
      await db.as(receptionist.claims)
      const ended = []
      for (const { date } of dates)
        ended.push(
          ...(await db.query('select id from app_public.withdraw_day($1, $2, $3, true)', [clinicId, doctorId, date])),
        )
      expect(ids(ended).sort()).toEqual([ofEmil.id, ofPhyllis.id].sort())
      expect(await toPhone(db, clinicId)).toEqual([ofPhyllis.id])
      const { date } = await db.one(`select slot_date::text as date from app_public.bookings where id = $1`, [
        ofPhyllis.id,
      ])
      expect(await toPhone(db, clinicId, ', $2, $3', doctorId, date)).toEqual([ofPhyllis.id])
      expect(await toPhone(db, clinicId, ', $2, $3::date + 3', doctorId, date)).toEqual([])
      expect(await toPhone(db, clinicId, ', $2', '0')).toEqual([])
    }))

  it('lists who was booked on a withdrawn slot, with a doctor or in a clinic that was deactivated', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, phylliss, slotId, manager, ofPhyllis } = await aDayWithAPhone(db)
      const cases: [expected: string[], act: string, values: unknown[], filter: string][] = [
        [[ofPhyllis.id], 'withdraw_slot($1, $2, true)', [phylliss], ', null, null, $2'],
        [[], 'withdraw_slot($1, $2, true)', [slotId], ', null, null, $2'],
        [[ofPhyllis.id], 'deactivate_doctor($1, $2, true)', [doctorId], ', $2'],
        [[ofPhyllis.id], 'deactivate_clinic($1, true)', [], ''],
      ]
      for (const [expected, act, values, filter] of cases)
        await db.undone(async () => {
          await db.as(manager.claims)
          await db.query(`select app_public.${act}`, [clinicId, ...values])
          expect(await toPhone(db, clinicId, filter, ...values)).toEqual(expected)
        })
    }))

  it('lists everybody when the clinic does not send this kind of message', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager, ofEmil, ofPhyllis } = await aDayWithAPhone(db)
      await db.query(`delete from app_public.notification_rules where clinic_id = $1 and kind = 'slot_withdrawn'`, [
        clinicId,
      ])
      await db.as(manager.claims)
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      expect(await toPhone(db, clinicId)).toEqual([ofEmil.id, ofPhyllis.id])
    }))

  it('does not list patients who are reached by SMS', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, phylliss } = await aDayWithAPhone(db)
      await sendsSms(db, clinicId)
      await db.as(receptionist.claims)
      await withdraw(db, clinicId, phylliss, { cascade: true })
      expect(await toPhone(db, clinicId)).toEqual([])
    }))

  it('lists a patient whose booking the desk cancelled, not one who cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, ofPhyllis, customer, later } = await aDayWithAPhone(db)
      const own = await db.as(customer.claims, () => book(db, clinicId, later))
      await db.query('update app_public.clinic_customers set email = null where customer_id = $1', [
        customer.customerId,
      ])
      await db.as(customer.claims, () => cancel(db, clinicId, own.id))
      await db.as(receptionist.claims)
      await cancel(db, clinicId, ofPhyllis.id)
      expect(await toPhone(db, clinicId)).toEqual([ofPhyllis.id])
    }))

  it.each([
    ['has booked another time', true],
    ['was taken off the rebooking list', false],
  ])('lists nobody who %s', (_case, rebooks) =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, phyllis, phylliss, ofPhyllis, later } = await aDayWithAPhone(db)
      await db.as(receptionist.claims)
      await withdraw(db, clinicId, phylliss, { cascade: true })
      expect(await toPhone(db, clinicId)).toEqual([ofPhyllis.id])
      if (rebooks) await book(db, clinicId, later, { customerId: phyllis })
      else
        await db.query(
          'select app_public.dismiss_rebooking(clinic_id, id) from app_public.rebooking_list where booking_id = $1',
          [ofPhyllis.id],
        )
      expect(await toPhone(db, clinicId)).toEqual([])
    }),
  )
})
