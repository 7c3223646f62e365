import { expect, it } from '@jest/globals'
import { book } from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms, aResource } from '../../../helpers/clinic/rooms.ts'
import { aClinic } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../../helpers/database/rules.ts'

const tables = ['app_public.resources', 'app_public.service_needs', 'app_public.resource_claims']

it('each constraint of rooms and equipment refuses what its name says, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const { clinicId, rooms, machine, check, slots, customer } = await aPracticeWithRooms(db)
    const [room, other] = rooms
    const foreign = await aResource(db, await aClinic(db))
    const held = slots[0][3]
    const { id: booking } = await book(db, clinicId, slots[0][0] as string, {
      customerId: customer.customerId,
      serviceId: check,
    })
    // It corrects or refuses most of the following before a constraint does.
    await db.query('set constraints all immediate')
    await db.query(
      'alter table app_public.resource_claims disable trigger resource_claims_take_the_time_of_their_visit',
    )

    const newResource = 'insert into app_public.resources (clinic_id, id, type, name) overriding system value values'
    const changed = (change: string): Violation => [`update app_public.resources set ${change} where id = $1`, machine]
    const newNeed = 'insert into app_public.service_needs (clinic_id, service_id, resource_id, need) values'
    const claim = (columns: string, values: string, ...more: unknown[]): Violation => [
      `insert into app_public.resource_claims (clinic_id, resource_id, during, need, ${columns})
       select $1, $2, c.during, ${values} from app_public.resource_claims c where c.booking_id = $3`,
      clinicId,
      ...more,
    ]
    const violations: Record<string, Violation> = {
      resources_are_identified_by_clinic_and_id: [`${newResource} ($1, $2, 'room', 'New')`, clinicId, room],
      resources_of_a_clinic_are_unique_by_name: changed(`name = 'Room 1'`),
      resources_belong_to_a_clinic: [
        `insert into app_public.resources (clinic_id, type, name) values (0, 'room', 'R')`,
      ],
      resources_have_a_name: changed(`name = ' '`),
      turnovers_are_whole_minutes_of_four_hours_at_most: changed(`turnover = '241 minutes'`),

      a_resource_serves_one_need_of_a_service: [`${newNeed} ($1, $2, $3, 2)`, clinicId, check, room],
      needs_are_of_a_service: [`${newNeed} ($1, 0, $2, 1)`, clinicId, room],
      needs_are_met_by_a_resource: [`${newNeed} ($1, $2, $3, 1)`, clinicId, check, foreign],
      numbers_of_needs_are_positive: [`${newNeed} ($1, $2, $3, 0)`, clinicId, check, machine],

      resource_claims_are_identified_by_clinic_and_id: [
        `insert into app_public.resource_claims (clinic_id, id, resource_id, need, during, booking_id, customer_id)
         overriding system value
         select clinic_id, id, $2, 2, during, booking_id, customer_id from app_public.resource_claims where booking_id = $1`,
        booking,
        other,
      ],
      a_visit_takes_one_resource_for_each_need: claim(
        'booking_id, customer_id',
        '1, c.booking_id, c.customer_id',
        other,
        booking,
      ),
      claims_of_a_resource_never_overlap: claim(
        'booking_id, customer_id',
        '2, c.booking_id, c.customer_id',
        room,
        booking,
      ),
      claims_are_on_a_resource: claim('booking_id, customer_id', '2, c.booking_id, c.customer_id', foreign, booking),
      claims_are_of_a_booking: claim('booking_id, customer_id', '2, 0, c.customer_id', other, booking),
      claims_are_of_a_held_slot: claim('held_slot_id, held_until', '2, 0, now()', other, booking),
      claims_are_of_a_booking_or_of_a_hold: claim(
        'booking_id, customer_id, held_slot_id, held_until',
        '2, c.booking_id, c.customer_id, $4, now()',
        other,
        booking,
        held,
      ),
    }
    const outcome = await refusedBy(db, violations)
    expect(outcome).toEqual(Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])))
    expect([...Object.keys(violations), 'a_visit_has_what_its_service_needs'].sort()).toEqual(
      await constraintsOf(db, tables),
    )
  }))

it('no resource, need or claim moves to another clinic, service or booking', () =>
  inTransaction(async (db) => {
    const { clinicId, check, slots, customer } = await aPracticeWithRooms(db)
    await book(db, clinicId, slots[0][0] as string, { customerId: customer.customerId, serviceId: check })
    for (const [table, column] of [
      ['resources', 'clinic_id'],
      ['service_needs', 'service_id'],
      ['service_needs', 'resource_id'],
      ['resource_claims', 'booking_id'],
    ])
      await expectRefusal(
        db.query(`update app_public.${table} set ${column} = 0 where clinic_id = $1`, [clinicId]),
        'immutable_column',
      )
  }))
