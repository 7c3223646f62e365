import { expect, it } from '@jest/globals'
import { cancel } from '../../../helpers/clinic/operations.ts'
import { aClinic } from '../../../helpers/clinic/world.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../../helpers/database/rules.ts'
import { aFullPractice, join, offersOf } from './waiting.ts'

const tables = ['app_public.waiting_list', 'app_public.slot_offers']

it('each constraint of the waiting list refuses what its name says, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
    const elsewhere = await aClinic(db)
    for (const { claims } of waiters) await db.as(claims, () => join(db, clinicId))
    await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
    await db.query('set constraints all immediate')
    const [offer, other] = await offersOf(db, slotId)

    const entry = (change: string): Violation => [
      `update app_public.waiting_list set ${change} where id = $1`,
      offer?.waiting_id,
    ]
    const changed = (change: string): Violation => [
      `update app_public.slot_offers set ${change} where id = $1`,
      offer?.id,
    ]
    const again = (columns: string, values: string): Violation => [
      `insert into app_public.slot_offers (clinic_id, id, waiting_id, customer_id, booking_slot_id, slot_ids, head_start, lasts_until, state, ended_at)
       overriding system value
       select ${values} from (select * from app_public.slot_offers where id = $1) o (${columns})`,
      offer?.id,
    ]
    const columns =
      'clinic_id, id, waiting_id, customer_id, booking_slot_id, slot_ids, head_start, lasts_until, state, offered_at, ended_at'
    const copy = (change: Record<string, string>) =>
      again(
        columns,
        Object.entries({
          clinic_id: 'clinic_id',
          id: '-id',
          waiting_id: 'waiting_id',
          customer_id: 'customer_id',
          booking_slot_id: 'booking_slot_id',
          slot_ids: 'slot_ids',
          head_start: 'head_start',
          lasts_until: 'lasts_until',
          state: `'lost'::app_public.offer_state`,
          ended_at: 'now()',
          ...change,
        })
          .map(([, value]) => value)
          .join(', '),
      )

    const violations: Record<string, Violation> = {
      waiting_entries_are_identified_by_clinic_and_id: [
        `insert into app_public.waiting_list (clinic_id, id, customer_id, from_date, until_date, state, ended_at) overriding system value
         select clinic_id, id, customer_id, from_date, until_date, 'left', now() from app_public.waiting_list where id = $1`,
        offer?.waiting_id,
      ],
      waiting_entries_are_of_a_customer_of_the_clinic: [
        'insert into app_public.waiting_list (clinic_id, customer_id, from_date, until_date) values ($1, $2, current_date, current_date)',
        elsewhere,
        offer?.customer_id,
      ],
      waiting_entries_are_for_a_service_of_their_clinic: entry('service_id = 0'),
      waiting_entries_are_for_a_doctor_of_their_clinic: entry('doctor_id = 0'),
      waiting_entries_are_for_a_known_specialization: entry('specialization_id = 0'),
      waiting_entries_move_a_booking_of_their_clinic: entry('booking_id = 0'),
      waiting_weekdays_are_iso: entry(`weekdays = '{0,1}'`),
      waiting_times_are_in_order: entry(`not_before = '12:00', not_after = '11:00'`),
      waiting_dates_are_in_order: entry('until_date = from_date - 1'),
      waiting_notices_are_hours: entry(`min_notice = '31 days'`),
      waiting_priorities_are_small: entry('priority = 101'),
      ended_waiting_entries_say_when: entry(`state = 'left'`),

      slot_offers_are_identified_by_clinic_and_id: copy({ id: 'id' }),
      slot_offers_are_to_a_waiting_entry: copy({ waiting_id: '0' }),
      slot_offers_are_of_a_slot: copy({ booking_slot_id: '0', slot_ids: 'array[0::bigint]' }),
      one_waiter_at_a_time_has_the_head_start: [
        `update app_public.slot_offers set head_start = (select head_start from app_public.slot_offers where id = $2) where id = $1`,
        other?.id,
        offer?.id,
      ],
      a_waiter_has_one_offer_at_a_time: copy({
        head_start: `tstzrange(lower(head_start) - interval '1 hour', lower(head_start))`,
        state: `'offered'::app_public.offer_state`,
        ended_at: 'null::timestamptz',
      }),
      offered_slots_begin_with_the_first: copy({ slot_ids: 'array[0::bigint]' }),
      head_starts_have_both_ends: changed(`head_start = tstzrange(lower(head_start), null)`),
      offers_last_as_long_as_their_head_start: changed(`lasts_until = upper(head_start) - interval '1 minute'`),
      ended_offers_say_when: changed('ended_at = now()'),
    }
    const outcome = await refusedBy(db, violations)
    expect(outcome).toEqual(Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])))
    expect(Object.keys(violations).sort()).toEqual(await constraintsOf(db, tables))
  }))

it('nobody can wait twice for the same thing, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const { clinicId, waiters } = await aFullPractice(db, 1)
    const entry = await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId))
    await expect(
      db.query(
        `insert into app_public.waiting_list (clinic_id, customer_id, from_date, until_date)
         values ($1, $2, current_date, current_date)`,
        [clinicId, entry.customer_id],
      ),
    ).rejects.toMatchObject({ code: '23505', constraint: 'a_customer_waits_once_for_the_same' })
  }))
