import { describe, expect, it } from '@jest/globals'
import { type Booking, book, bookingOf, hold, slotOf, withdraw } from '../../../helpers/clinic/operations.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anEmployee,
  aPractice,
  aTimeSlot,
  noonZone,
} from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { recordBooking } from '../../booking/claiming.ts'

interface Day {
  clinicId: string
  doctorId: string
  date: string
}

const withdrawDay = (
  db: Db,
  { clinicId, doctorId, date }: Day,
  {
    cascade = false,
    reason = null,
    key = null,
  }: { cascade?: boolean; reason?: string | null; key?: string | null } = {},
) =>
  db.query<Booking & Record<string, unknown>>('select * from app_public.withdraw_day($1, $2, $3, $4, $5, $6)', [
    clinicId,
    doctorId,
    date,
    cascade,
    reason,
    key,
  ])

/** A slot, starting some hours from now. */
async function slotOn(db: Db, { clinicId, doctorId }: Omit<Day, 'date'>, hours: number): Promise<string> {
  const timeSlotId = await aTimeSlot(db, clinicId)
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select $1, $2, $3, (at at time zone c.time_zone)::date, tstzrange(at, at + interval '30 minutes')
     from app_public.clinics c, make_interval(hours => $4) ahead, lateral (select now() + ahead) t (at)
     where c.id = $1 returning id`,
    [clinicId, doctorId, timeSlotId, hours],
  )
  return id
}

/** A doctor's day with a free slot, a held one and two booked by Ann and Bob, and the desk that looks at it. */
async function aDay(db: Db) {
  const zone = noonZone()
  const clinicId = await aClinic(db, zone)
  const { date } = await db.one<{ date: string }>('select (now() at time zone $1)::date::text as date', [zone])
  const day = { clinicId, doctorId: await aDoctor(db, clinicId), date }
  const [ann, bob] = [await aCustomer(db, 'Ann'), await aCustomer(db, 'Bob')]
  const [free, held] = [await slotOn(db, day, 3), await slotOn(db, day, 4)]
  const [anns, bobs] = [await slotOn(db, day, 5), await slotOn(db, day, 6)]
  await db.as(ann.claims, () => hold(db, clinicId, held))
  const ofAnn = await db.as(ann.claims, () => book(db, clinicId, anns))
  const ofBob = await db.as(bob.claims, () => book(db, clinicId, bobs))
  const desk = await anEmployee(db, clinicId, 'receptionist')
  return { ...day, slots: [free, held, anns, bobs], free, held, ofAnn, ofBob, ann, desk }
}

const told = (db: Db, clinicId: string) =>
  db.query(
    `select customer_id, kind from app_public.notifications where clinic_id = $1 and state = 'pending' order by customer_id`,
    [clinicId],
  )

describe('withdraw_day', () => {
  it('withdraws a day without bookings', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist, slotId } = await aPractice(db)
      const { date } = await db.one<{ date: string }>(
        'select slot_date::text as date from app_public.booking_slots where id = $1',
        [slotId],
      )
      await db.as(receptionist.claims, async () =>
        expect(await withdrawDay(db, { clinicId, doctorId, date }, { reason: 'conference' })).toEqual([]),
      )
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'withdrawn' })
      expect(
        await db.query(
          'select to_state, reason from app_public.events where booking_slot_id = $1 and from_state is not null',
          [slotId],
        ),
      ).toEqual([{ to_state: 'withdrawn', reason: 'conference' }])
    }))

  it('refuses a day with bookings, and names them', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      await db.as(day.desk.claims)
      const { detail } = await expectRefusal(withdrawDay(db, day), 'still_in_use')
      expect(JSON.parse(detail ?? '').liveBookings.map(({ bookingId }: { bookingId: string }) => bookingId)).toEqual([
        day.ofAnn.id,
        day.ofBob.id,
      ])
      await db.asOwner()
      expect(await slotOf(db, day.free)).toMatchObject({ status: 'open' })
    }))

  it('with cascade cancels and returns every booking of the day, and notifies each customer once', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      await db.as(day.desk.claims)
      const ended = await withdrawDay(db, day, { cascade: true, reason: 'ill' })
      expect(ended.map(({ id, status, cancellation_reason }) => [id, status, cancellation_reason])).toEqual([
        [day.ofAnn.id, 'cancelled', 'ill'],
        [day.ofBob.id, 'cancelled', 'ill'],
      ])
      await db.asOwner()
      for (const id of day.slots)
        expect(await slotOf(db, id)).toMatchObject({ status: 'withdrawn', customer_id: null, held_until: null })
      expect(await told(db, day.clinicId)).toEqual([
        { customer_id: day.ofAnn.customer_id, kind: 'slot_withdrawn' },
        { customer_id: day.ofBob.customer_id, kind: 'slot_withdrawn' },
      ])
    }))

  it('leaves other days, other doctors, and what is over', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      const nextDay = await slotOn(db, day, 24)
      const ofColleague = await slotOn(db, { ...day, doctorId: await aDoctor(db, day.clinicId) }, 5)
      // A free slot of this morning, and a visit that is in progress.
      const over = await slotOn(db, day, -2)
      const now = await slotOn(db, day, 0)
      const { id: sitting } = await book(db, day.clinicId, now, { customerId: day.ann.customerId })
      await db.as(day.desk.claims, () => withdrawDay(db, day, { cascade: true }))
      for (const id of [nextDay, ofColleague, over]) expect(await slotOf(db, id)).toMatchObject({ status: 'open' })
      expect(await slotOf(db, now)).toMatchObject({ status: 'withdrawn' })
      expect(await bookingOf(db, sitting)).toMatchObject({ status: 'cancelled' })
    }))

  it('leaves the bookings of this morning, in any state', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      const visits = []
      for (const [hours, status] of [
        [-4, 'booked'],
        [-3, 'checked_in'],
        [-2, 'completed'],
      ] as const)
        visits.push(await recordBooking(db, await slotOn(db, day, hours), day.ann.customerId, status))
      const ended = await db.as(day.desk.claims, () => withdrawDay(db, day, { cascade: true }))
      expect(ended.map(({ id }) => id)).toEqual([day.ofAnn.id, day.ofBob.id])
      const states = await Array.fromAsync(visits, async (id) => (await bookingOf(db, id)).status)
      expect(states).toEqual(['booked', 'checked_in', 'completed'])
    }))

  it('returns the same answer under the same key, and notifies no customer twice', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      await db.as(day.desk.claims)
      const first = await withdrawDay(db, day, { cascade: true, key: 'd1' })
      expect(first).toHaveLength(2)
      expect(await withdrawDay(db, day, { cascade: true, key: 'd1' })).toEqual(first)
      await expectRefusal(withdrawDay(db, day, { cascade: true, key: 'd1', reason: 'x' }), 'idempotency_key_reused')
      // A request without a key finds nothing left to withdraw.
      expect(await withdrawDay(db, day, { cascade: true })).toEqual([])
      await db.asOwner()
      expect(await told(db, day.clinicId)).toHaveLength(2)
    }))

  it('skips slots that were withdrawn before', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      await db.as(day.desk.claims)
      await withdraw(db, day.clinicId, day.free)
      await withdrawDay(db, day, { cascade: true })
      await db.asOwner()
      expect(
        await db.query(`select from app_public.events where booking_slot_id = $1 and to_state = 'withdrawn'`, [
          day.free,
        ]),
      ).toHaveLength(1)
    }))

  it("is for the desk, and for doctors with their own days, not a colleague's", () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      const colleague = await anEmployee(db, day.clinicId, 'doctor', await aDoctor(db, day.clinicId))
      const stranger = await anEmployee(db, await aClinic(db), 'manager')
      for (const { claims } of [colleague, stranger])
        await db.as(claims, () => expectRefusal(withdrawDay(db, day, { cascade: true }), 'forbidden'))
      await db.as(day.ann.claims, () =>
        expectRefusal(withdrawDay(db, day, { cascade: true }), 'insufficient_privilege'),
      )
      const own = await anEmployee(db, day.clinicId, 'doctor', day.doctorId)
      await db.as(own.claims, () => withdrawDay(db, day, { cascade: true }))
    }))

  it('refuses an unknown doctor and a missing date', () =>
    inTransaction(async (db) => {
      const day = await aDay(db)
      await db.as(day.desk.claims)
      await expectRefusal(withdrawDay(db, { ...day, doctorId: '0' }), 'doctor_not_found')
      await expectRefusal(withdrawDay(db, { ...day, date: null as never }), 'invalid_argument')
    }))
})
