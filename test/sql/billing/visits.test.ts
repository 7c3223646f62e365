import { describe, expect, it } from '@jest/globals'
import {
  aPaidPractice,
  aPrice,
  beginVisit,
  billing,
  booksBalance,
  creditOf,
  invoicesOfBooking,
  openPage,
  settle,
} from '../../helpers/clinic/billing.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aDoctor, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { inDays } from '../../helpers/time/dates.ts'

const book = (
  db: Db,
  { clinicId, serviceId }: { clinicId: string; serviceId: string | null },
  slotId: string,
  customerId: string | null = null,
) =>
  db.one<{ id: string }>('select id from app_public.book_slot($1, $2, $3, service_id => $4)', [
    clinicId,
    slotId,
    customerId,
    serviceId,
  ])

/** A practice whose patient has paid for a visit in advance: all of it, or a deposit of 30.00. */
async function aPaidVisit(db: Db, price: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const practice = await aPaidPractice(db, price)
  const { clinicId, customer, slotId } = practice
  const checkout = await db.as(customer.claims, () => beginVisit(db, practice, slotId, more))
  expect(await settle(db, await openPage(db, checkout.id), checkout.amount)).toBe('booked')
  const { id } = await db.one('select id from app_public.bookings where booking_slot_id = $1', [slotId])
  return {
    ...practice,
    bookingId: id as string,
    invoices: async () => (await invoicesOfBooking(db, id)).map(({ state, total, paid }) => ({ state, total, paid })),
    credit: () => creditOf(db, clinicId, customer.customerId),
  }
}
const deposit = { rule: 'deposit', deposit: 3000 }
const now = (db: Db, bookingId: string) =>
  db.query(
    `update app_public.policies p set cancellation_cutoff = '30 days' from app_public.bookings b where b.id = $1 and p.clinic_id = b.clinic_id`,
    [bookingId],
  )

describe('the price of a visit', () => {
  it('is the doctor’s own, else that of the service, on the date of the visit', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, serviceId, priceId } = await aPaidPractice(db)
      const own = await aPrice(db, clinicId, serviceId, { doctor_id: doctorId, amount: 12_000 })
      const priceWith = async (doctor: string, date: string) =>
        (await db.one('select (billing_private.price_of($1, $2, $3, $4)).id', [clinicId, serviceId, doctor, date])).id
      expect(await priceWith(doctorId, '2027-01-01')).toBe(own)
      expect(await priceWith(await aDoctor(db, clinicId), '2027-01-01')).toBe(priceId)
      await db.query(`update billing.prices set valid_until = '2026-12-31' where clinic_id = $1`, [clinicId])
      expect(await priceWith(doctorId, '2027-01-01')).toBe(null)
      const next = await aPrice(db, clinicId, serviceId, { valid_from: '2027-01-01' })
      expect(await priceWith(doctorId, '2027-01-01')).toBe(next)
    }))

  it('is one at a time, of a known currency that the clinic uses, and never changes', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, priceId } = await aPaidPractice(db)
      await expectRefusal(aPrice(db, clinicId, serviceId), 'exclusion_violation')
      await expectRefusal(aPrice(db, clinicId, serviceId, { currency: 'USD' }), 'currency_not_used')
      const other = await aService(db, clinicId)
      for (const columns of [
        { amount: 0 },
        { amount: -5 },
        { rule: 'deposit' },
        { deposit: 5 },
        { rule: 'deposit', deposit: 10_001 },
        { tax_rate: 101 },
      ])
        await expectRefusal(aPrice(db, clinicId, other, columns), 'check_violation')
      for (const set of ['amount = 1', `payment_rule = 'none'`, 'tax_rate = 19'])
        await expectRefusal(db.query(`update billing.prices set ${set} where id = $1`, [priceId]), 'immutable_column')
      await expectRefusal(
        db.query(`update app_public.policies set currency = 'JPY' where clinic_id = $1`, [clinicId]),
        'still_in_use',
      )
      await expectRefusal(
        db.query(`update app_public.policies set currency = 'XXX' where clinic_id = $1`, [clinicId]),
        'still_in_use',
      )
      await db.query(`update billing.prices set valid_until = '2020-01-01' where id = $1`, [priceId])
      await db.query(`update app_public.policies set currency = 'JPY' where clinic_id = $1`, [clinicId])
      expect(await aPrice(db, clinicId, serviceId, { currency: 'JPY', valid_from: '2026-01-01' })).toEqual(
        expect.any(String),
      )
    }))

  it('marks the service as priced, as long as it has one', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, priceId } = await aPaidPractice(db)
      const isPriced = async () =>
        (await db.one('select is_priced from app_public.services where id = $1', [serviceId])).is_priced
      expect(await isPriced()).toBe(true)
      const second = await aPrice(db, clinicId, serviceId, { doctor_id: await aDoctor(db, clinicId) })
      await db.query('delete from billing.prices where id = $1', [priceId])
      expect(await isPriced()).toBe(true)
      await db.query('delete from billing.prices where id = $1', [second])
      expect(await isPriced()).toBe(false)
    }))
})

describe('a booking', () => {
  it.each([
    ['full', {}],
    ['deposit', deposit],
  ])('by the patient is refused when it is paid in advance (%s)', (_, price) =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db, price)
      const { customer, receptionist, slotId, clinicId } = practice
      const error = await expectRefusal(
        db.as(customer.claims, () => book(db, practice, slotId)),
        'payment_required',
      )
      expect(JSON.parse(error.detail ?? '')).toMatchObject({
        amount: '10000',
        currency: 'EUR',
        dueNow: price === deposit ? '3000' : '10000',
      })
      // The desk books it, and the payment is due.
      await db.as(customer.claims, () =>
        db.query('select app_public.hold_slot($1, $2, service_id => $3)', [clinicId, slotId, practice.serviceId]),
      )
      const { id } = await db.as(receptionist.claims, () => book(db, practice, slotId, customer.customerId))
      expect(await invoicesOfBooking(db, id)).toMatchObject([{ state: 'draft', total: '10000', due: '10000' }])
    }),
  )

  it('by the patient at a price that is paid later makes a draft, which is issued when the visit is completed', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db, { rule: 'none', tax_rate: 19 })
      const { clinicId, doctorId, customer } = practice
      const slotId = await aSlot(db, clinicId, doctorId, 0)
      const { id } = await book(db, practice, slotId, customer.customerId)
      expect(await invoicesOfBooking(db, id)).toMatchObject([{ state: 'draft', total: '10000', tax: '1597' }])
      await db.query('select app_public.check_in($1, $2)', [clinicId, id])
      await db.query('select app_public.complete_booking($1, $2)', [clinicId, id])
      expect(await invoicesOfBooking(db, id)).toMatchObject([{ state: 'open', serial: 1, due: '10000' }])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('without a service, or of a service without a price, makes no invoice', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, laterSlotId, customer } = await aPaidPractice(db)
      const free = await aService(db, clinicId, { doctors: [doctorId] })
      await db.as(customer.claims, () => book(db, { clinicId, serviceId: null }, slotId))
      await db.as(customer.claims, () => book(db, { clinicId, serviceId: free }, laterSlotId))
      expect(await db.query('select from billing.invoices where clinic_id = $1', [clinicId])).toEqual([])
    }))

  it('by a guest is refused when it is paid in advance, before anything is held', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, serviceId } = await aPaidPractice(db)
      await db.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
      await expectRefusal(
        db.query(`select app_public.book_as_guest($1, $2, 'Gus', 'gus@test.example', service_id => $3)`, [
          clinicId,
          slotId,
          serviceId,
        ]),
        'payment_required',
      )
      expect(await db.one('select status from app_public.booking_slots where id = $1', [slotId])).toEqual({
        status: 'open',
      })
    }))
})

describe('a paid visit that is cancelled', () => {
  it('in time becomes credit, and its invoice void', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer, invoices, credit } = await aPaidVisit(db)
      await db.as(customer.claims, () => db.query('select app_public.cancel_booking($1, $2)', [clinicId, bookingId]))
      expect(await invoices()).toEqual([{ state: 'void', total: '0', paid: '0' }])
      expect(await credit()).toBe('10000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('by the clinic becomes credit, also late; with keeps_fee the desk keeps the deposit', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, receptionist, invoices, credit } = await aPaidVisit(db, deposit)
      await now(db, bookingId)
      const cancel = (keeps: boolean) =>
        db.as(receptionist.claims, () =>
          db.query('select app_public.cancel_booking($1, $2, keeps_fee => $3)', [clinicId, bookingId, keeps]),
        )
      await db.undone(async () => {
        await cancel(false)
        expect(await invoices()).toEqual([{ state: 'void', total: '0', paid: '0' }])
        expect(await credit()).toBe('3000')
      })
      await cancel(true)
      expect(await invoices()).toEqual([{ state: 'settled', total: '3000', paid: '3000' }])
      expect(await credit()).toBe('0')
      expect(
        await db.query(`select kind from billing.invoice_lines where booking_id = $1 order by id`, [bookingId]),
      ).toEqual(['visit', 'fee', 'cancellation'].map((kind) => ({ kind })))
      expect(await booksBalance(db)).toEqual([])
    }))

  it('because the patient leaves after the cut-off keeps the fee', () =>
    inTransaction(async (db) => {
      const { bookingId, customer, invoices, credit } = await aPaidVisit(db, deposit)
      await now(db, bookingId)
      await db.as(customer.claims, () => db.query('select app_public.remove_customer($1, true)', [customer.customerId]))
      expect(await invoices()).toEqual([{ state: 'settled', total: '3000', paid: '3000' }])
      expect(await credit()).toBe('0')
    }))

  it('with all of it paid at a price with a deposit keeps the deposit and gives back the rest', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer, receptionist, invoices, credit } = await aPaidVisit(db, deposit)
      const [{ id } = { id: '' }] = await invoicesOfBooking(db, bookingId)
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 7000, [id])
      await db.as(receptionist.claims, () =>
        db.query('select app_public.cancel_booking($1, $2, keeps_fee => true)', [clinicId, bookingId]),
      )
      expect(await invoices()).toEqual([{ state: 'settled', total: '3000', paid: '3000' }])
      expect(await credit()).toBe('7000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('leaves other charges on its invoice', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, invoices, credit } = await aPaidVisit(db, deposit)
      const [{ id } = { id: '' }] = await invoicesOfBooking(db, bookingId)
      await billing(db, 'add_charge', clinicId, id, 500, 'Report')
      await db.query('select app_public.cancel_booking($1, $2)', [clinicId, bookingId])
      expect(await invoices()).toEqual([{ state: 'settled', total: '500', paid: '500' }])
      expect(await credit()).toBe('2500')
      expect(await booksBalance(db)).toEqual([])
    }))
})

describe('a patient who does not come', () => {
  it.each([
    ['keeps the price that was paid in full', {}, 10_000, '0', [{ state: 'settled', total: '10000', paid: '10000' }]],
    ['keeps the deposit', deposit, 3000, '0', [{ state: 'settled', total: '3000', paid: '3000' }]],
  ])('%s to the clinic; undoing it charges the visit again', (_, price, __, credited, after) =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db, price)
      const { clinicId, doctorId, customer } = practice
      const slotId = await aSlot(db, clinicId, doctorId, 0)
      await db.query(`update app_public.policies set lead_time = '0' where clinic_id = $1`, [clinicId])
      const { id } = await book(db, practice, slotId, customer.customerId)
      const [{ id: invoice } = { id: '' }] = await invoicesOfBooking(db, id)
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', price === deposit ? 3000 : 10_000, [
        invoice,
      ])
      await db.query('select app_public.mark_no_show($1, $2)', [clinicId, id])
      const invoices = async () =>
        (await invoicesOfBooking(db, id)).map(({ state, total, paid }) => ({ state, total, paid }))
      expect(await invoices()).toEqual(after)
      expect(await creditOf(db, clinicId, customer.customerId)).toBe(credited)
      await db.query('select app_public.undo_no_show($1, $2)', [clinicId, id])
      expect(await invoices()).toEqual(
        price === deposit ? [...after, { state: 'draft', total: '7000', paid: '0' }] : after,
      )
      await db.query('select app_public.mark_no_show($1, $2)', [clinicId, id])
      expect(await invoices()).toEqual(price === deposit ? [...after, { state: 'void', total: '0', paid: '0' }] : after)
      expect(await booksBalance(db)).toEqual([])
    }),
  )

  it('pays nothing more than what was paid', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const slotId = await aSlot(db, practice.clinicId, practice.doctorId, 0)
      const { id } = await book(db, practice, slotId, practice.customer.customerId)
      await db.query('select app_public.mark_no_show($1, $2)', [practice.clinicId, id])
      expect(await invoicesOfBooking(db, id)).toMatchObject([{ state: 'void', number: null, total: '0' }])
      await db.query('select app_public.undo_no_show($1, $2)', [practice.clinicId, id])
      expect(await invoicesOfBooking(db, id)).toMatchObject([{ state: 'void' }, { state: 'draft', total: '10000' }])
      expect(await booksBalance(db)).toEqual([])
    }))
})

describe('a paid visit that is moved', () => {
  const move = (db: Db, clinicId: string, bookingId: string, slotId: string, serviceId?: string) =>
    db.query('select app_public.reschedule_booking($1, $2, $3, service_id => $4)', [
      clinicId,
      bookingId,
      slotId,
      serviceId,
    ])

  it('to another time stays as it was paid, whatever the price is then', () =>
    inTransaction(async (db) => {
      const { clinicId, priceId, serviceId, bookingId, laterSlotId, customer, invoices } = await aPaidVisit(db)
      await db.query(`update billing.prices set valid_until = $2 where id = $1`, [priceId, inDays(0)])
      await aPrice(db, clinicId, serviceId, { amount: 99_999, valid_from: inDays(1) })
      await db.as(customer.claims, () => move(db, clinicId, bookingId, laterSlotId))
      expect(await invoices()).toEqual([{ state: 'settled', total: '10000', paid: '10000' }])
    }))

  it('to what costs more is refused to the patient, and charged when the desk moves it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, laterSlotId, customer, receptionist, invoices } = await aPaidVisit(db)
      const dear = await aService(db, clinicId, { doctors: [doctorId] })
      await aPrice(db, clinicId, dear, { amount: 15_000 })
      await expectRefusal(
        db.as(customer.claims, () => move(db, clinicId, bookingId, laterSlotId, dear)),
        'payment_required',
      )
      await db.as(receptionist.claims, () => move(db, clinicId, bookingId, laterSlotId, dear))
      expect(await invoices()).toEqual([
        { state: 'settled', total: '10000', paid: '10000' },
        { state: 'draft', total: '5000', paid: '0' },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('by the desk to a time without its service leaves all that was paid as credit', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, laterSlotId, receptionist, invoices, credit } = await aPaidVisit(db)
      await db.as(receptionist.claims, () =>
        db.query('select app_public.reschedule_booking($1, $2, $3, without_service => true)', [
          clinicId,
          bookingId,
          laterSlotId,
        ]),
      )
      expect(await invoices()).toEqual([{ state: 'settled', total: '0', paid: '0' }])
      expect(await credit()).toBe('10000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('to what costs less leaves the difference as credit, and all of it for a service without a price', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, slotId, laterSlotId, customer, invoices, credit } = await aPaidVisit(db)
      const cheap = await aService(db, clinicId, { doctors: [doctorId] })
      await aPrice(db, clinicId, cheap, { amount: 6000 })
      const free = await aService(db, clinicId, { doctors: [doctorId] })
      await db.as(customer.claims, () => move(db, clinicId, bookingId, laterSlotId, cheap))
      expect(await invoices()).toEqual([{ state: 'settled', total: '6000', paid: '6000' }])
      expect(await credit()).toBe('4000')
      await db.as(customer.claims, () => move(db, clinicId, bookingId, slotId, free))
      expect(await invoices()).toEqual([{ state: 'settled', total: '0', paid: '0' }])
      expect(await credit()).toBe('10000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('from a service that is free to one that is paid in advance is refused to the patient', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, doctorId, serviceId, slotId, laterSlotId, customer } = practice
      const free = await aService(db, clinicId, { doctors: [doctorId] })
      const { id } = await db.as(customer.claims, () => book(db, { clinicId, serviceId: free }, slotId))
      await expectRefusal(
        db.as(customer.claims, () => move(db, clinicId, id, laterSlotId, serviceId)),
        'payment_required',
      )
      await db.as(customer.claims, () => move(db, clinicId, id, laterSlotId))
    }))
})
