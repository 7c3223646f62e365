import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, reschedule, withdraw } from '../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, anEmployee, aPractice, aSlot, aTimeSlot, noonZone } from '../../helpers/clinic/world.ts'
import { cloneDatabase } from '../../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { clinicDate } from '../../helpers/time/dates.ts'

type Asker = Pick<Db, 'query'>

/** The entries on the list of a clinic, in the order in which they were added. */
const list = (db: Asker, clinicId: string) =>
  db.query<{ id: string; booking_id: string; reason: string; resolution: string | null }>(
    'select id, booking_id, reason, resolution from app_public.rebooking_list where clinic_id = $1 order by id',
    [clinicId],
  )
const waiting = async (db: Asker, clinicId: string) =>
  (await list(db, clinicId)).filter(({ resolution }) => resolution === null).map(({ booking_id }) => booking_id)

const withdrawDay = (db: Asker, clinicId: string, doctorId: string, slotId: string) =>
  db.query(
    `select app_public.withdraw_day($1, $2, (select bs.slot_date from app_public.booking_slots bs where bs.id = $3), true)`,
    [clinicId, doctorId, slotId],
  )

/** Ann and Bob, each with a booking of the same day, and a desk. */
async function twoPatients(db: Db) {
  const zone = noonZone()
  const practice = await aPractice(db, zone)
  const { clinicId, doctorId, customer: ann } = practice
  const bob = await aCustomer(db, 'Bob')
  const slotOfTheDay = async (hours: number) => {
    const { id } = await db.one<{ id: string }>(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       values ($1, $2, $3, (now() at time zone $5)::date, tstzrange(now() + make_interval(hours => $4), now() + make_interval(hours => $4, mins => 30))) returning id`,
      [clinicId, doctorId, await aTimeSlot(db, clinicId), hours, zone],
    )
    return id
  }
  const slots = [await slotOfTheDay(9), await slotOfTheDay(10)] as const
  const ofAnn = await db.as(ann.claims, () => book(db, clinicId, slots[0]))
  const ofBob = await db.as(bob.claims, () => book(db, clinicId, slots[1]))
  return { ...practice, ann, bob, slots, ofAnn: ofAnn.id, ofBob: ofBob.id }
}

describe('a booking whose time the clinic takes away is listed', () => {
  it('when the slot is withdrawn', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slots, ofAnn } = await twoPatients(db)
      await db.as(receptionist.claims, async () => {
        await withdraw(db, clinicId, slots[0], { cascade: true })
        expect(await list(db, clinicId)).toMatchObject([
          { booking_id: ofAnn, reason: 'slot_withdrawn', resolution: null },
        ])
      })
    }))

  it('when the day is withdrawn: each booking, including one of a patient who has arrived', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist, slots, ofAnn, ofBob } = await twoPatients(db)
      await db.query(`update app_public.bookings set status = 'checked_in' where id = $1`, [ofAnn])
      await db.as(receptionist.claims, async () => {
        await withdrawDay(db, clinicId, doctorId, slots[0])
        expect(await waiting(db, clinicId)).toEqual([ofAnn, ofBob])
      })
    }))

  it('when the doctor leaves', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager, ofAnn, ofBob } = await twoPatients(db)
      await db.as(manager.claims, async () => {
        await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
        expect(await waiting(db, clinicId)).toEqual([ofAnn, ofBob])
      })
    }))

  it('but not when the clinic closes, since it has no other time', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await twoPatients(db)
      await db.as(manager.claims, async () => {
        await db.query('select app_public.deactivate_clinic($1, true)', [clinicId])
        expect(await list(db, clinicId)).toEqual([])
      })
    }))

  it('but not when the patient or the desk cancels it, or when it is over', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, ann, bob, receptionist, manager, ofAnn, ofBob } = await twoPatients(db)
      await db.as(ann.claims, () => cancel(db, clinicId, ofAnn))
      await db.as(receptionist.claims, () => cancel(db, clinicId, ofBob))
      // The outcome of yesterday's appointment was not recorded.
      const yesterday = await aSlot(db, clinicId, doctorId, -20)
      await db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        yesterday,
        bob.customerId,
      ])
      const { id } = await db.one<{ id: string }>(
        'insert into app_public.bookings (clinic_id, booking_slot_id, customer_id) values ($1, $2, $3) returning id',
        [clinicId, yesterday, bob.customerId],
      )
      await db.as(manager.claims, () =>
        db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId]),
      )
      expect(await bookingOf(db, id)).toMatchObject({ status: 'booked', cancelled_by: null })
      expect(await list(db, clinicId)).toEqual([])
    }))

  it('in place of an entry of a removed template', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slots, ofAnn } = await twoPatients(db)
      await db.query(
        `insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason) values ($1, $2, $3, 'template_gone')`,
        [clinicId, ofAnn, slots[0]],
      )
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slots[0], { cascade: true }))
      expect(await list(db, clinicId)).toMatchObject([
        { reason: 'template_gone', resolution: 'ended' },
        { reason: 'slot_withdrawn', resolution: null },
      ])
    }))
})

describe('it waits until', () => {
  it('the patient books in this clinic again, with any doctor', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slots, slotId, ann, ofAnn, ofBob } = await twoPatients(db)
      for (const slot of slots) await db.as(receptionist.claims, () => withdraw(db, clinicId, slot, { cascade: true }))
      const elsewhere = await aPractice(db)
      await db.as(ann.claims, () => book(db, elsewhere.clinicId, elsewhere.slotId))
      expect(await waiting(db, clinicId)).toEqual([ofAnn, ofBob])
      const next = await db.as(ann.claims, () => book(db, clinicId, slotId))
      expect(await list(db, clinicId)).toMatchObject([
        { booking_id: ofAnn, resolution: 'rebooked' },
        { booking_id: ofBob, resolution: null },
      ])
      // A booking that she cancels herself is not listed; one that the clinic withdraws is.
      const colleague = await aDoctor(db, clinicId)
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotId, { cascade: true }))
      expect(await waiting(db, clinicId)).toEqual([ofBob, next.id])
      const third = await book(db, clinicId, await aSlot(db, clinicId, colleague, 30), { customerId: ann.customerId })
      await db.as(ann.claims, () => cancel(db, clinicId, third.id))
      expect(await waiting(db, clinicId)).toEqual([ofBob])
    }))

  it('one new booking resolves one entry, first an entry with the same doctor', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slots, slotId, ann, ofAnn } = await twoPatients(db)
      const colleague = await aDoctor(db, clinicId)
      const other = await aSlot(db, clinicId, colleague, 90)
      const sooner = await db.as(ann.claims, () => book(db, clinicId, other))
      for (const slot of [slots[0], other])
        await db.as(receptionist.claims, () => withdraw(db, clinicId, slot, { cascade: true }))
      await db.as(ann.claims, () => book(db, clinicId, slotId))
      expect(await waiting(db, clinicId)).toEqual([sooner.id])
      const again = await aSlot(db, clinicId, colleague, 70)
      await book(db, clinicId, again, { customerId: ann.customerId })
      expect(await waiting(db, clinicId)).toEqual([])
      expect((await list(db, clinicId)).map(({ booking_id }) => booking_id)).toEqual([ofAnn, sooner.id])
    }))

  it('the desk dismisses it; a doctor cannot', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist, slots } = await twoPatients(db)
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slots[0], { cascade: true }))
      const [entry] = await list(db, clinicId)
      const dismiss = () => db.query('select app_public.dismiss_rebooking($1, $2)', [clinicId, entry?.id])
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      await db.as(doctor.claims, () => expectRefusal(dismiss(), 'forbidden'))
      await db.as(receptionist.claims, async () => {
        await dismiss()
        await expectRefusal(dismiss(), 'rebooking_not_found')
      })
      expect(await list(db, clinicId)).toMatchObject([{ resolution: 'dismissed' }])
    }))

  it('the patient leaves', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slots, ann, ofBob } = await twoPatients(db)
      for (const slot of slots) await db.as(receptionist.claims, () => withdraw(db, clinicId, slot, { cascade: true }))
      await db.as(ann.claims, () => db.query('select app_public.remove_customer($1)', [ann.customerId]))
      expect(await list(db, clinicId)).toMatchObject([{ resolution: 'ended' }, { resolution: null }])
      expect(await waiting(db, clinicId)).toEqual([ofBob])
    }))

  it('but not for a template with its time, or for another booking that is moved', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, slots, slotId, bob, ofAnn, ofBob } = await twoPatients(db)
      await db.as(manager.claims, () => withdraw(db, clinicId, slots[0], { cascade: true }))
      // A run makes the generated dates follow changes of templates.
      const [from, to] = [clinicDate(1, noonZone()), clinicDate(7, noonZone())]
      await db.query('select app_public.generate_booking_slots($1, $2, $3)', [clinicId, from, to])
      await db.as(manager.claims, () => db.query('select app_public.apply_templates($1)', [clinicId]))
      await db.as(bob.claims, () => reschedule(db, clinicId, ofBob, slotId))
      expect(await waiting(db, clinicId)).toEqual([ofAnn])
    }))
})

it('two new bookings at once resolve two entries', async () => {
  const database = await cloneDatabase()
  const [first, second, observer] = [
    await connect(database.url),
    await connect(database.url),
    await connect(database.url),
  ]
  try {
    const { clinicId, doctorId, customer } = await aPractice(first)
    const { customerId } = customer
    const slot = (hours: number) => aSlot(first, clinicId, doctorId, hours)
    const taken = [await slot(60), await slot(62)]
    for (const id of taken) await book(first, clinicId, id, { customerId })
    for (const id of taken) await withdraw(first, clinicId, id, { cascade: true })
    expect(await waiting(first, clinicId)).toHaveLength(2)
    const [third, fourth] = [await slot(64), await slot(66)]
    await first.query('begin')
    await book(first, clinicId, third, { customerId })
    const later = book(second, clinicId, fourth, { customerId })
    await untilWaiting(observer, second, later)
    await first.query('commit')
    await later
    expect(await waiting(second, clinicId)).toEqual([])
  } finally {
    await first.close()
    await second.close()
    await observer.close()
    await database.drop()
  }
})
