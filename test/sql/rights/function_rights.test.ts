import { describe, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { functions, statementOf } from '../../rights/functions.ts'
import { people, twoClinics, type Who, type World } from './two_clinics.ts'

// Functions run with the owner's rights and check their caller themselves. So this test calls each function of the API
// as each kind of person, for clinic A. The functions come from the catalogue: a new one fails here until functions.ts
// says who may call it.

describe('the functions of the API', () => {
  it('accept the callers they are for', () =>
    inTransaction(async (db) => {
      const world = await twoClinics(db)
      const inCatalogue = await db.query(
        `select distinct proname as name from pg_proc where pronamespace in ('app_public'::regnamespace, 'billing'::regnamespace) order by 1`,
      )
      expect(inCatalogue.map(({ name }) => name)).toEqual(Object.keys(functions).sort())

      const outcomes: Record<string, Record<string, string>> = {}
      const expected: typeof outcomes = {}
      for (const [name, calls] of Object.entries(functions))
        for (const { given, outcomes: wanted } of calls) {
          const [statement, values] = statementOf(name, given?.(world))
          const call = `${statement} ${values.join(' ')}`
          outcomes[call] = {}
          expected[call] = Object.fromEntries(people.map((who, i) => [who, wanted[i] as string]))
          for (const who of people) outcomes[call][who] = await outcomeOf(db, world, who, statement, values)
        }
      expect(outcomes).toEqual(expected)
    }))

  it("reach nothing of clinic A with the id of clinic B for clinic B's manager", () =>
    inTransaction(async (db) => {
      const world = await twoClinics(db)
      const { a, b, ann, bob, booking, bookingNow, heldSlotId } = world
      const attempts: [refusal: string, statement: string, values: unknown[]][] = [
        ['slot_not_found', 'app_public.hold_slot($1, $2, $3)', [a.openSlotId, bob.customerId]],
        ['slot_not_found', 'app_public.release_hold($1, $2, $3)', [heldSlotId, bob.customerId]],
        ['slot_not_found', 'app_public.book_slot($1, $2, $3)', [a.openSlotId, bob.customerId]],
        // Bob is in the records of both clinics, Ann only in those of A.
        ['customer_not_found', 'app_public.hold_slot($1, $2, $3)', [b.openSlotId, ann.customerId]],
        ['customer_not_found', 'app_public.book_slot($1, $2, $3)', [b.openSlotId, ann.customerId]],
        ['booking_not_found', 'app_public.cancel_booking($1, $2)', [booking]],
        ['booking_not_found', 'app_public.reschedule_booking($1, $2, $3)', [booking, b.openSlotId]],
        ['booking_not_found', 'app_public.check_in($1, $2)', [bookingNow]],
        ['booking_not_found', 'app_public.complete_booking($1, $2)', [bookingNow]],
        ['booking_not_found', 'app_public.mark_no_show($1, $2)', [bookingNow]],
        ['booking_not_found', 'app_public.undo_check_in($1, $2)', [bookingNow]],
        ['booking_not_found', 'app_public.undo_completion($1, $2)', [bookingNow]],
        ['booking_not_found', 'app_public.undo_no_show($1, $2)', [bookingNow]],
        ['slot_not_found', 'app_public.withdraw_slot($1, $2, true)', [a.openSlotId]],
        ['doctor_not_found', 'app_public.withdraw_day($1, $2, current_date, true)', [a.doctorId]],
        [
          'doctor_not_found',
          'app_public.create_booking_slot($1, $2, $3, current_date + 10)',
          [a.doctorId, b.timeSlotId],
        ],
        [
          'time_slot_not_found',
          'app_public.create_booking_slot($1, $2, $3, current_date + 10)',
          [b.doctorId, a.timeSlotId],
        ],
        ['absence_not_found', 'app_public.remove_absence($1, $2)', [a.absenceId]],
        [
          'doctor_not_found',
          `app_public.add_absence($1, 'vacation', current_date + 50, current_date + 50, $2)`,
          [a.doctorId],
        ],
        ['slot_not_found', 'app_public.set_slot_customer($1, $2, $3)', [a.openSlotId, bob.customerId]],
        ['slot_not_found', 'app_public.set_slot_customer($1, $2, null)', [heldSlotId]],
        ['doctor_not_found', `app_public.set_doctor_specializations($1, $2, '{}')`, [a.doctorId]],
        ['time_slot_not_found', 'app_public.remove_time_slot($1, $2)', [a.timeSlotId]],
        ['template_not_found', 'app_public.remove_doctor_slot_template($1, $2)', [a.templateId]],
        [
          'doctor_not_found',
          'app_public.change_weekly_plan($1, $2, 1, array[$3::bigint], true)',
          [a.doctorId, b.timeSlotId],
        ],
        [
          'time_slot_not_found',
          'app_public.change_weekly_plan($1, $2, 1, array[$3::bigint], true)',
          [b.doctorId, a.timeSlotId],
        ],
        ['notification_not_found', 'app_public.send_again($1, $2)', [world.notification]],
        ['notification_not_found', 'app_public.settle_notification($1, $2)', [world.notification]],
        ['series_not_found', `app_public.cancel_series($1, $2, '2020-01-01')`, [world.seriesId]],
        ['series_not_found', `app_public.plan_series_move($1, $2, '2020-01-01')`, [world.seriesId]],
        [
          'series_not_found',
          'app_public.move_series($1, $2, array[$3]::bigint[], array[$4]::bigint[])',
          [world.seriesId, world.booking, b.openSlotId],
        ],
        [
          'slot_not_found',
          'app_public.book_series($1, $2, array[$3, $4]::bigint[])',
          [bob.customerId, b.openSlotId, a.openSlotId],
        ],
        [
          'doctor_not_found',
          'app_public.plan_series($1, $2, $3, current_date, visits => 2)',
          [a.doctorId, b.timeSlotId],
        ],
        [
          'time_slot_not_found',
          'app_public.plan_series($1, $2, $3, current_date, visits => 2)',
          [b.doctorId, a.timeSlotId],
        ],
        ['rebooking_not_found', 'app_public.dismiss_rebooking($1, $2)', [world.rebooking]],
        ['invitation_invalid', 'app_public.revoke_invitation($1, $2)', [a.invitationId]],
        ['doctor_not_found', 'app_public.deactivate_doctor($1, $2, true)', [a.doctorId]],
        ['doctor_not_found', `app_public.invite_employee($1, 'n@test.example', 'New', 'doctor', $2)`, [a.doctorId]],
      ]
      const found: typeof attempts = []
      for (const [, statement, values] of attempts)
        found.push([
          await outcomeOf(db, world, 'manager B', `select * from ${statement}`, [b.clinicId, ...values]),
          statement,
          values,
        ])
      expect(found).toEqual(attempts)
    }))

  it("are not affected by a caller's objects with the names of ours", () =>
    inTransaction(async (db) => {
      const world = await twoClinics(db)
      await db.as(world.claims['manager A'])
      await db.query(
        `create temporary view pg_timezone_names as select 'Nowhere/Land' as name;
         create temporary table accounts as select 1 as id;
         create function pg_temp.now() returns timestamptz language sql as $$ select 'epoch'::timestamptz $$`,
      )
      await expect(
        db.query(`update app_public.clinics set time_zone = 'Nowhere/Land' where id = $1`, [world.a.clinicId]),
      ).rejects.toMatchObject({ code: 'MS205' })
      expect(await db.query('select * from app_public.current_person()')).toMatchObject([{ is_admin: false }])
    }))

  it('leave nothing behind when they refuse', () =>
    inTransaction(async (db) => {
      const world = await twoClinics(db)
      const { a, ann, booking } = world
      const traces = () =>
        db.one(
          `select (select count(*) from app_private.idempotency_keys) as keys, (select count(*) from app_public.events) as events,
                  (select count(*) from app_public.clinic_customers) as records`,
        )
      const before = await traces()
      await db.as(world.claims.Bob)
      for (const [statement, values] of [
        ['select app_public.book_slot($1, $2, $3, null, $4)', [a.clinicId, a.openSlotId, ann.customerId, 'key']],
        ['select app_public.cancel_booking($1, $2, null, $3)', [a.clinicId, booking, 'key']],
      ] as const)
        await expect(db.query(statement, [...values])).rejects.toBeInstanceOf(DatabaseError)
      await db.asOwner()
      expect(await traces()).toEqual(before)
    }))
})

let names: Map<string, string> | undefined

/** Calls a function as a person, rolls it back, and returns the outcome. */
async function outcomeOf(db: Db, world: World, who: Who, statement: string, values: unknown[]): Promise<string> {
  await db.asOwner()
  names ??= new Map(
    (await db.query('select sqlstate, name from app_hidden.error_codes')).map(({ sqlstate, name }) => [sqlstate, name]),
  )
  return db.undone(() =>
    db
      .as(world.claims[who], () => db.query(statement, values))
      .then(
        () => 'done',
        (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          return names?.get(error.code ?? '') ?? `${error.code}: ${error.message}`
        },
      ),
  )
}
