import { describe, expect, it } from '@jest/globals'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { recordBooking } from './claiming.ts'

// Every pair of states, tried by the owner with plain updates. Transitions that do not exist are refused to everybody.

const entities = {
  booking_slot: {
    states: ['open', 'held', 'booked', 'withdrawn'],
    steps: [
      'open → held',
      'open → booked',
      'open → withdrawn',
      'held → open',
      'held → booked',
      'held → withdrawn',
      'booked → open',
      'booked → withdrawn',
      'withdrawn → open',
    ],
  },
  booking: {
    states: ['booked', 'checked_in', 'completed', 'cancelled', 'no_show'],
    steps: [
      'booked → checked_in',
      'booked → cancelled',
      'booked → no_show',
      'checked_in → completed',
      'checked_in → cancelled',
      'checked_in → booked',
      'completed → checked_in',
      'no_show → booked',
    ],
  },
}

/** A slot that was born in this state; its id and how to set the columns that go with a state. */
async function aSlotThatIs(db: Db, state: string) {
  const { slotId, customer } = await aPractice(db)
  const columns = (status: string) => ({
    status,
    customer_id: status === 'held' || status === 'booked' ? customer.customerId : null,
    held_until: status === 'held' ? '2100-01-01' : null,
  })
  const set = (id: string, status: string) => {
    const { customer_id, held_until } = columns(status)
    return db.query(
      'update app_public.booking_slots set status = $2, customer_id = $3, held_until = $4 where id = $1 returning status',
      [id, status, customer_id, held_until],
    )
  }
  const { customer_id, held_until } = columns(state)
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id, held_until)
     select bs.clinic_id, bs.doctor_id, bs.time_slot_id, bs.slot_date + 2,
       -- At the hours of its time slot, or it could not be opened again.
       app_hidden.local_range(bs.slot_date + 2, ts.start_time, ts.end_time, 'Europe/Berlin'), $2, $3, $4
     from app_public.booking_slots bs
     join app_public.time_slots ts on ts.clinic_id = bs.clinic_id and ts.id = bs.time_slot_id
     where bs.id = $1 returning id`,
    [slotId, state, customer_id, held_until],
  )
  return { id, set }
}

/** A booking that was born in this state. */
async function aBookingThatIs(db: Db, state: string) {
  const { slotId, customer } = await aPractice(db)
  const set = (id: string, status: string) =>
    db.query(
      `update app_public.bookings b
       set status = $2, cancelled_at = case when $3 then now() end, cancelled_by = case when $3 then 'clinic'::app_public.booking_party end
       where id = $1 returning status`,
      [id, status, status === 'cancelled'],
    )
  if (state !== 'cancelled') return { id: await recordBooking(db, slotId, customer.customerId, state), set }
  const id = await recordBooking(db, slotId, customer.customerId)
  await set(id, 'cancelled')
  return { id, set }
}

describe.each(['booking_slot', 'booking'] as const)('a %s', (entity) => {
  const { states, steps } = entities[entity]
  const born = entity === 'booking' ? aBookingThatIs : aSlotThatIs
  const pairs = states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const))

  it.each(pairs.filter(([from, to]) => steps.includes(`${from} → ${to}`)))('that is %s may become %s', (from, to) =>
    inTransaction(async (db) => {
      const { id, set } = await born(db, from)
      expect(await set(id, to)).toEqual([{ status: to }])
    }),
  )

  it.each(pairs.filter(([from, to]) => !steps.includes(`${from} → ${to}`)))('that is %s never becomes %s', (from, to) =>
    inTransaction(async (db) => {
      const { id, set } = await born(db, from)
      const { detail } = await expectRefusal(set(id, to), 'illegal_transition')
      expect(JSON.parse(detail ?? '')).toEqual({ status: from, requested: to })
    }),
  )

  it('and everybody can read that', () =>
    inTransaction(async (db) => {
      await db.as({})
      const rows = await db.query<{ step: string }>(
        `select from_state || ' → ' || to_state as step from app_public.state_transitions where entity = $1`,
        [entity],
      )
      expect(rows.map(({ step }) => step).sort()).toEqual([...steps].sort())
    }))
})
