import { expect, it } from '@jest/globals'
import { book, bookingOf } from '../../../helpers/clinic/operations.ts'
import { aRowOfSlots, aVisitPractice } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit } from '../claiming.ts'

// What the tables refuse about visits of several slots by themselves, from the owner too: each rule is tried in SQL.

/** A first visit booked in the first two of six slots; the service `firstVisit` takes an hour. */
async function aVisit(db: Db) {
  const practice = await aVisitPractice(db)
  const { clinicId, slotIds, customer, firstVisit } = practice
  const booking = await db.as(customer.claims, () =>
    book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit }),
  )
  await judgeAsCommit(db)
  const [head, rest, third, fourth] = slotIds as [string, string, string, string]
  return { ...practice, ...customer, db, bookingId: booking.id, head, rest, third, fourth }
}
type Visit = Awaited<ReturnType<typeof aVisit>>
type Attempt = (visit: Visit) => Promise<unknown>

const slot = ({ db }: Visit, id: string, set: string) =>
  db.query(`update app_public.booking_slots set ${set} where id = $1`, [id])
const booking = ({ db, bookingId }: Visit, set: string) =>
  db.query(`update app_public.bookings set ${set} where id = $1`, [bookingId])
const isOpen = `status = 'open', customer_id = null, head_slot_id = null`
const isWithdrawn = `status = 'withdrawn', customer_id = null, head_slot_id = null`

/** As a DBA would: the slots first, then the booking, which is inserted for the service. */
async function record(visit: Visit, slotIds: string[], serviceId: string | null) {
  const { db, clinicId } = visit
  const { customerId } = await aCustomer(db)
  await db.query(`insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`, [
    clinicId,
    customerId,
  ])
  await db.query(
    `update app_public.booking_slots bs set status = 'booked', customer_id = $2, head_slot_id = nullif($3, bs.id)
     where bs.id = any ($1)`,
    [slotIds, customerId, slotIds[0]],
  )
  await db.query(
    'insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, service_id) values ($1, $2, $3, $4)',
    [clinicId, slotIds[0], customerId, serviceId],
  )
}

const tried: [what: string, kind: 'check' | 'foreign_key', constraint: string, attempt: Attempt][] = [
  [
    'a later slot of a visit freed by itself',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    (visit) => slot(visit, visit.rest, isOpen),
  ],
  [
    'a later slot of a visit withdrawn by itself',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    (visit) => slot(visit, visit.rest, isWithdrawn),
  ],
  [
    'a later slot of a visit booked by itself',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    async (visit) => {
      await slot(visit, visit.rest, isOpen)
      await record(visit, [visit.rest], null)
    },
  ],
  [
    'a later slot of a visit made the slot of another one',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    async (visit) => {
      await record(visit, [visit.third], null)
      await slot(visit, visit.rest, `head_slot_id = ${visit.third}`)
    },
  ],
  [
    'a visit of which the first slot is freed by itself',
    'foreign_key',
    'the_rest_of_a_run_is_booked_with_its_head',
    async (visit) => {
      await booking(visit, `status = 'cancelled', cancelled_at = now(), cancelled_by = 'clinic'`)
      await slot(visit, visit.head, isOpen)
    },
  ],
  [
    'a slot that continues one that is not booked',
    'foreign_key',
    'the_rest_of_a_run_is_booked_with_its_head',
    (visit) => slot(visit, visit.rest, `head_slot_id = ${visit.third}`),
  ],
  [
    'a cancelled visit whose slots stay booked',
    'check',
    'ended_bookings_free_their_slot',
    (visit) => booking(visit, `status = 'cancelled', cancelled_at = now(), cancelled_by = 'clinic'`),
  ],
  [
    'a slot that continues one that continues another',
    'check',
    'booked_slots_have_a_booking',
    (visit) =>
      slot(visit, visit.third, `status = 'booked', customer_id = ${visit.customerId}, head_slot_id = ${visit.rest}`),
  ],
  [
    'an open slot that continues a visit',
    'check',
    'only_booked_slots_continue_another',
    (visit) => slot(visit, visit.third, `head_slot_id = ${visit.head}`),
  ],
  [
    'a slot that continues itself',
    'check',
    'only_booked_slots_continue_another',
    (visit) => slot(visit, visit.head, `head_slot_id = ${visit.head}`),
  ],
  [
    'a visit across a gap',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    (visit) => record(visit, [visit.third, visit.slotIds[4] as string], visit.firstVisit),
  ],
  [
    'a visit with two doctors',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    async (visit) => {
      const colleague = await aDoctor(visit.db, visit.clinicId)
      const theirs = await aRowOfSlots(visit.db, visit.clinicId, colleague, 6)
      await record(visit, [visit.third, theirs[3] as string], visit.firstVisit)
    },
  ],
  [
    'half a visit',
    'check',
    'bookings_are_at_their_slots_time',
    (visit) => record(visit, [visit.third], visit.firstVisit),
  ],
  [
    'a visit that is too short for the buffers of its service',
    'check',
    'bookings_are_at_their_slots_time',
    async (visit) => {
      await visit.db.query(`update app_public.services set buffer_after = '1 minute' where id = $1`, [visit.firstVisit])
      await record(visit, [visit.third, visit.fourth], visit.firstVisit)
    },
  ],
  [
    'a visit that does not lie within its slots',
    'check',
    'visits_lie_within_their_slots',
    async (visit) => {
      // The trigger computes the times of the visit; without it the constraint remains.
      await visit.db.query('alter table app_public.bookings disable trigger bookings_are_at_their_slots_time')
      await booking(visit, `visit_ends_at = ends_at + interval '1 microsecond'`)
    },
  ],
  [
    'a visit that loses its service and keeps its slots',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    (visit) => booking(visit, 'service_id = null'),
  ],
  [
    'a visit that is replaced by a booking without a service',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    async ({ db, clinicId, bookingId, head, customerId }) => {
      await db.query('delete from app_public.notifications where booking_id = $1', [bookingId])
      await db.query('delete from app_public.bookings where id = $1', [bookingId])
      await db.query('insert into app_public.bookings (clinic_id, booking_slot_id, customer_id) values ($1, $2, $3)', [
        clinicId,
        head,
        customerId,
      ])
    },
  ],
  [
    'a booking of one slot that gets another slot',
    'check',
    'a_booking_fills_its_slots_without_a_gap',
    async (visit) => {
      await record(visit, [visit.third], null)
      const { customer_id } = await visit.db.one('select customer_id from app_public.booking_slots where id = $1', [
        visit.third,
      ])
      await slot(visit, visit.fourth, `status = 'booked', customer_id = ${customer_id}, head_slot_id = ${visit.third}`)
    },
  ],
  [
    'a visit that gets another slot, made for it',
    'check',
    'a_booking_fills_its_new_slots_without_a_gap',
    ({ db, head, customerId }) =>
      db.query(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id, head_slot_id)
         select clinic_id, doctor_id, time_slot_id, slot_date - 1, tstzrange(starts_at - interval '1 day', ends_at - interval '1 day'),
           'booked', $2, id from app_public.booking_slots where id = $1`,
        [head, customerId],
      ),
  ],
  [
    'a visit over a slot that is reserved for another service',
    'check',
    'visits_take_no_slot_reserved_for_another_service',
    async (visit) => {
      await slot(visit, visit.fourth, `service_id = ${visit.check}`)
      await record(visit, [visit.third, visit.fourth], visit.firstVisit)
    },
  ],
  [
    'a booking without a service of a slot that is reserved for one',
    'check',
    'visits_take_no_slot_reserved_for_another_service',
    async (visit) => {
      await slot(visit, visit.third, `service_id = ${visit.check}`)
      await record(visit, [visit.third], null)
    },
  ],
  [
    'a slot reserved for another service while a visit has it',
    'check',
    'visits_take_no_slot_reserved_for_another_service',
    (visit) => slot(visit, visit.rest, `service_id = ${visit.check}`),
  ],
  [
    'a slot reserved for a service of another clinic',
    'foreign_key',
    'slots_are_reserved_for_a_service_of_their_clinic',
    async (visit) => slot(visit, visit.third, `service_id = ${(await aVisitPractice(visit.db)).check}`),
  ],
  [
    'a booking for a service of another clinic',
    'foreign_key',
    'bookings_are_for_a_service_of_their_clinic',
    async (visit) => record(visit, [visit.third], (await aVisitPractice(visit.db)).check),
  ],
  [
    'a template reserved for a service of another clinic',
    'foreign_key',
    'templates_are_reserved_for_a_service_of_their_clinic',
    async ({ db, clinicId, doctorId }) =>
      db.query(
        `insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday, service_id)
         select $1, $2, time_slot_id, 1, $3 from app_public.booking_slots where doctor_id = $2 limit 1`,
        [clinicId, doctorId, (await aVisitPractice(db)).check],
      ),
  ],
]

it.each(tried)('refuses %s', (_, kind, constraint, attempt) =>
  inTransaction(async (db) => {
    const visit = await aVisit(db)
    await expectViolation(
      attempt(visit).then(() => judgeAsCommit(db)),
      `${kind}_violation`,
      constraint,
    )
  }),
)

it('accepts a visit that is recorded, moved by a slot, and ended by hand, one statement after the other', () =>
  inTransaction(async (db) => {
    const visit = await aVisit(db)
    const { head, rest, third, customerId } = visit
    await db.query(
      `update app_public.booking_slots set status = 'booked', customer_id = $3, head_slot_id = nullif($1, id) where id = any ($2)`,
      [rest, [rest, third], customerId],
    )
    await booking(visit, `booking_slot_id = ${rest}`)
    await slot(visit, head, isOpen)
    await judgeAsCommit(db)
    expect(await bookingOf(db, visit.bookingId)).toMatchObject({ booking_slot_id: rest })

    await booking(visit, `status = 'cancelled', cancelled_at = now(), cancelled_by = 'clinic'`)
    await db.query(`update app_public.booking_slots set ${isOpen} where id = any ($1)`, [[rest, third]])
    await judgeAsCommit(db)
  }))

it('a later slot of a visit can be booked neither alone nor for another visit', () =>
  inTransaction(async (db) => {
    const { clinicId, rest, firstVisit } = await aVisit(db)
    await db.as((await aCustomer(db)).claims, async () => {
      await expectRefusal(book(db, clinicId, rest), 'slot_taken')
      await expectRefusal(book(db, clinicId, rest, { serviceId: firstVisit }), 'slot_taken')
    })
  }))
