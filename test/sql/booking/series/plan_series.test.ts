import { describe, expect, it } from '@jest/globals'
import { addAbsence } from '../../../helpers/clinic/absences.ts'
import { aPrice } from '../../../helpers/clinic/billing.ts'
import { book, createSlot, withdraw } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aCustomer, aDoctor, aPractice, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// plan_series and generate_series_slots: which visits a series would have.

interface Planned {
  slot_date: string
  booking_slot_id: string | null
  reason: string | null
  alternatives: string[]
}

/** A practice in Berlin whose doctor works on each weekday at 9:00; the plan begins on a Monday some weeks ahead. */
async function aPlan(db: Db) {
  const practice = await aPractice(db, 'Europe/Berlin')
  const { clinicId, receptionist } = practice
  const doctorId = await aDoctor(db, clinicId)
  const nine = await aTimeSlot(db, clinicId, '09:00', '09:30')
  const { monday } = await db.one<{ monday: string }>(
    `select (date_trunc('week', now() at time zone 'UTC')::date + 21)::text as monday`,
  )
  const plan = (values: Record<string, unknown>, claims = receptionist.claims) => {
    const given = { clinic_id: clinicId, doctor_id: doctorId, time_slot_id: nine, first_date: monday, ...values }
    return db.as(claims, () =>
      db.query<Planned>(
        `select slot_date::text, booking_slot_id, reason,
           array(select a.booking_slot_id::text from unnest(alternatives) a) as alternatives
         from app_public.plan_series(${Object.keys(given).map((name, i) => `${name} => $${i + 1}`)})`,
        Object.values(given),
      ),
    )
  }
  const day = async (days: number) =>
    (await db.one<{ day: string }>('select ($1::date + $2::int)::text as day', [monday, days])).day
  return { ...practice, doctorId, nine, monday, plan, day }
}
const dates = (planned: Planned[]) => planned.map(({ slot_date }) => slot_date)

describe('the dates of a series', () => {
  it('are every week on the weekday of the first date, as many as asked for or until a date', () =>
    inTransaction(async (db) => {
      const { plan, day, monday } = await aPlan(db)
      expect(dates(await plan({ visits: 3 }))).toEqual([monday, await day(7), await day(14)])
      expect(dates(await plan({ until_date: await day(14) }))).toEqual([monday, await day(7), await day(14)])
      expect(dates(await plan({ until_date: await day(13) }))).toEqual([monday, await day(7)])
    }))

  it('are of several weekdays and every other week, and never before the first date', () =>
    inTransaction(async (db) => {
      const { plan, day } = await aPlan(db)
      const wednesday = await day(2)
      expect(dates(await plan({ first_date: wednesday, weekdays: [1, 3, 5], every_weeks: 2, visits: 5 }))).toEqual([
        wednesday,
        await day(4),
        await day(14),
        await day(16),
        await day(18),
      ])
    }))

  it('are 52 at most', () =>
    inTransaction(async (db) => {
      const { plan, day } = await aPlan(db)
      expect(await plan({ visits: 52 })).toHaveLength(52)
      for (const wrong of [
        { visits: 53 },
        { visits: 0 },
        { until_date: await day(53 * 7) },
        { visits: 2, until_date: await day(7) },
        {},
        { visits: 2, first_date: null },
        { visits: 2, every_weeks: 0 },
        { visits: 2, weekdays: [] },
        { visits: 2, weekdays: [8] },
        { until_date: await day(-1) },
      ])
        await db.undone(() => expectRefusal(plan(wrong), 'invalid_argument'))
    }))

  it('keep to the clock of the clinic when the clocks change, and name a time that does not exist', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, plan } = await aPlan(db)
      const { sunday } = await db.one<{ sunday: string }>(
        `select max(d.day)::text as sunday
         from (select (date_trunc('year', now() at time zone 'UTC') + interval '1 year')::date + n as day
           from generate_series(59, 89) n) d
         where extract(isodow from d.day) = 7 and extract(month from d.day) = 3`,
      )
      const ten = await aTimeSlot(db, clinicId, '10:00', '10:30')
      const atNight = await aTimeSlot(db, clinicId, '02:00', '02:30')
      const before = await db.one<{ day: string }>(`select ($1::date - 7)::text as day`, [sunday])
      for (const date of [before.day, sunday]) await createSlot(db, clinicId, doctorId, ten, date)
      const asked = { first_date: before.day, visits: 2 }
      const starts = await db.query<{ start: string }>(
        `select to_char(starts_at at time zone 'Europe/Berlin', 'HH24:MI') as start
         from app_public.plan_series($1, $2, $3, $4, visits => 2)`,
        [clinicId, doctorId, ten, before.day],
      )
      expect(starts).toEqual([{ start: '10:00' }, { start: '10:00' }])
      const night = await plan({ ...asked, time_slot_id: atNight })
      expect(night.map(({ reason }) => reason)).toEqual(['slot_not_found', 'skipped_local_time'])
    }))
})

describe('a date of a planned series', () => {
  it('has its slot, or the reason why it cannot be booked with the nearest slots that can', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, plan, day, customer } = await aPlan(db)
      const { customerId } = customer
      const [eleven, twelve, next] = [
        await aTimeSlot(db, clinicId, '11:00', '11:30'),
        await aTimeSlot(db, clinicId, '12:00', '12:30'),
        await aTimeSlot(db, clinicId, '10:00', '10:30'),
      ]
      const slotOn = async (days: number, timeSlot = nine, doctor = doctorId) =>
        (await createSlot(db, clinicId, doctor, timeSlot, await day(days))).id
      const other = await aCustomer(db)
      const slots = []
      for (const days of [0, 7, 14, 21]) slots.push(await slotOn(days))
      const near = [await slotOn(7, next), await slotOn(7, eleven), await slotOn(8, nine)]
      await slotOn(7, twelve).then((slot) => book(db, clinicId, slot, { customerId: other.customerId }))
      await book(db, clinicId, slots[1] as string, { customerId: other.customerId })
      await withdraw(db, clinicId, slots[2] as string)
      const otherDoctor = await aDoctor(db, clinicId)
      await book(db, clinicId, await slotOn(21, nine, otherDoctor), { customerId })
      expect(await plan({ visits: 5, customer_id: customerId })).toEqual([
        { slot_date: await day(0), booking_slot_id: slots[0], reason: null, alternatives: [] },
        { slot_date: await day(7), booking_slot_id: slots[1], reason: 'slot_taken', alternatives: near },
        { slot_date: await day(14), booking_slot_id: slots[2], reason: 'slot_withdrawn', alternatives: [] },
        { slot_date: await day(21), booking_slot_id: slots[3], reason: 'customer_busy', alternatives: [] },
        { slot_date: await day(28), booking_slot_id: null, reason: 'slot_not_found', alternatives: [] },
      ])
      // Without a customer the visit with the other doctor does not matter.
      expect((await plan({ visits: 4 }))[3]).toMatchObject({ reason: null })
    }))

  it('is planned for 52 weeks with a taken slot, an absence and clock changes', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, plan, day, receptionist, customer } = await aPlan(db)
      await aTemplate(db, clinicId, doctorId, nine, 1)
      const all = await plan({ visits: 52 })
      await db.as(receptionist.claims, () =>
        db.query('select app_public.generate_series_slots($1, $2::date[])', [clinicId, dates(all)]),
      )
      const slots = (await plan({ visits: 52 })).map(({ booking_slot_id }) => booking_slot_id as string)
      await book(db, clinicId, slots[10] as string, { customerId: (await aCustomer(db)).customerId })
      await addAbsence(db, clinicId, { doctorId, from: await day(20 * 7), until: await day(20 * 7 + 1) })
      const planned = await plan({ visits: 52 })
      expect(planned.flatMap(({ reason }, week) => (reason === null ? [] : [[week, reason]]))).toEqual([
        [10, 'slot_taken'],
        [20, 'doctor_absent'],
      ])
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Known')`,
        [clinicId, customer.customerId],
      )
      const bookAll = (ids: string[]) =>
        db.as(receptionist.claims, () =>
          db.query<{ local: string; utc: string }>(
            `select to_char(starts_at at time zone 'Europe/Berlin', 'HH24:MI') as local,
               to_char(starts_at at time zone 'UTC', 'HH24:MI') as utc
             from app_public.book_series($1, $2, $3)`,
            [clinicId, customer.customerId, ids],
          ),
        )
      await db.undone(() => expectRefusal(bookAll(slots), 'slot_taken'))
      await db.undone(() => expectRefusal(bookAll(slots.slice(11)), 'slot_withdrawn'))
      const booked = await bookAll(slots.filter((_, week) => week !== 10 && week !== 20))
      expect(booked).toHaveLength(50)
      expect(new Set(booked.map(({ local }) => local))).toEqual(new Set(['09:00']))
      expect(new Set(booked.map(({ utc }) => utc))).toEqual(new Set(['07:00', '08:00']))
    }))

  it('names an absence also where no slot was generated, and a service that is paid in full', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, plan, monday, day } = await aPlan(db)
      await aTemplate(db, clinicId, doctorId, nine, 1)
      await addAbsence(db, clinicId, { doctorId, from: monday })
      expect((await plan({ visits: 2 })).map(({ reason }) => reason)).toEqual(['doctor_absent', 'not_generated'])
      const service_id = await aService(db, clinicId, { doctors: [doctorId] })
      await aPrice(db, clinicId, service_id)
      await createSlot(db, clinicId, doctorId, nine, await day(7))
      expect((await plan({ visits: 2, service_id })).map(({ reason }) => reason)).toEqual([
        'doctor_absent',
        'payment_required',
      ])
    }))

  it('needs all slots of a visit', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, plan, monday, day } = await aPlan(db)
      const service_id = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      const half = await aTimeSlot(db, clinicId, '09:30', '10:00')
      for (const date of [monday, await day(7)]) await createSlot(db, clinicId, doctorId, nine, date)
      await createSlot(db, clinicId, doctorId, half, monday)
      expect((await plan({ visits: 2, service_id })).map(({ reason }) => reason)).toEqual([null, 'run_not_free'])
      await db.undone(() => expectRefusal(plan({ visits: 2, service_id: '999999999' }), 'service_not_found'))
      const unoffered = await aService(db, clinicId)
      await db.undone(() => expectRefusal(plan({ visits: 2, service_id: unoffered }), 'service_not_offered'))
    }))

  it('beyond the generated weeks has a slot after generate_series_slots, if a template has it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, plan, receptionist } = await aPlan(db)
      await aTemplate(db, clinicId, doctorId, nine, 1)
      const planned = await plan({ visits: 3 })
      expect(planned.map(({ reason }) => reason)).toEqual(['not_generated', 'not_generated', 'not_generated'])
      const generate = () =>
        db.as(receptionist.claims, () =>
          db.one('select slots_made, already_existing from app_public.generate_series_slots($1, $2::date[])', [
            clinicId,
            dates(planned),
          ]),
        )
      expect(await generate()).toEqual({ slots_made: 3, already_existing: 0 })
      expect(await generate()).toEqual({ slots_made: 0, already_existing: 3 })
      expect((await plan({ visits: 3 })).map(({ reason }) => reason)).toEqual([null, null, null])
      for (const wrong of [[], Array(53).fill(planned[0]?.slot_date), null])
        await db.undone(() =>
          db.as(receptionist.claims, () =>
            expectRefusal(
              db.query('select app_public.generate_series_slots($1, $2::date[])', [clinicId, wrong]),
              'invalid_argument',
            ),
          ),
        )
      await db.as(receptionist.claims, () =>
        expectRefusal(
          db.query(`select app_public.generate_series_slots($1, array[current_date + 1200])`, [clinicId]),
          'slot_too_far_ahead',
        ),
      )
    }))

  it('is refused for an unknown doctor or time slot, and to customers', () =>
    inTransaction(async (db) => {
      const { plan, customer } = await aPlan(db)
      await db.undone(() => expectRefusal(plan({ visits: 2, doctor_id: '999999999' }), 'doctor_not_found'))
      await db.undone(() => expectRefusal(plan({ visits: 2, time_slot_id: '999999999' }), 'time_slot_not_found'))
      await expectRefusal(plan({ visits: 2 }, customer.claims), 'insufficient_privilege')
    }))
})
