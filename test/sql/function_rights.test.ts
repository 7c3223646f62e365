import { describe, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { type Db, inTransaction } from '../helpers/database.ts'
import { people, twoClinics, type Who, type World } from './two_clinics.ts'

// Functions run with the owner's rights and judge their caller themselves. So each function of the API is called here by
// everybody, upon clinic A. The functions are taken from the catalogue: a new one fails here until somebody has said who
// may call it.

interface Calls {
  statement: string
  values(world: World): unknown[]
  /** What becomes of it: 'done', or the SQLSTATE's name. In the order of `people`. */
  outcomes: string[]
}

const no = 'insufficient_privilege'
const all = (outcome: string) => people.map(() => outcome)
/** Not even nobody's statement reaches the function; everybody else gets the same answer. */
const signedIn = (outcome: string) => [no, ...people.slice(1).map(() => outcome)]
//                                anonymous, Ann, Bob, receptionist A, doctor A, manager A, manager B, admin
const managers = (outcome = 'done') => [no, no, no, 'forbidden', 'forbidden', outcome, 'forbidden', outcome]
const desk = (outcome = 'done') => [no, no, no, outcome, 'forbidden', outcome, 'forbidden', outcome]
const deskAndOwnDoctor = (outcome = 'done') => [no, no, no, outcome, outcome, outcome, 'forbidden', outcome]
const annAndTheDesk = (toBob: string, toManagerB: string) => [
  no,
  'done',
  toBob,
  'done',
  'forbidden',
  'done',
  toManagerB,
  'done',
]
/** Staff and administrators are not customers themselves. */
const customers = [no, 'done', 'done', ...people.slice(3).map(() => 'invalid_argument')]

const functions: Record<string, Calls[]> = {
  register_customer: [
    {
      statement: `app_public.register_customer('new@test.example', 'a fine long password', 'New')`,
      values: () => [],
      outcomes: all('done'),
    },
  ],
  sign_in: [{ statement: `app_public.sign_in('new@test.example', 'x')`, values: () => [], outcomes: all('done') }],
  refresh_session: [
    { statement: `app_public.refresh_session('x')`, values: () => [], outcomes: all('refresh_token_invalid') },
  ],
  accept_invitation: [
    { statement: `app_public.accept_invitation('x', 'y')`, values: () => [], outcomes: all('invitation_invalid') },
  ],
  current_person: [{ statement: 'app_public.current_person()', values: () => [], outcomes: all('done') }],
  sign_out: [{ statement: 'app_public.sign_out()', values: () => [], outcomes: signedIn('done') }],
  change_password: [
    { statement: `app_public.change_password('x', 'y')`, values: () => [], outcomes: signedIn('wrong_credentials') },
  ],
  available_slots: [
    { statement: 'app_public.available_slots($1)', values: ({ a }) => [a.clinicId], outcomes: all('done') },
  ],

  hold_slot: [
    { statement: 'app_public.hold_slot($1, $2)', values: ({ a }) => [a.clinicId, a.openSlotId], outcomes: customers },
    {
      statement: 'app_public.hold_slot($1, $2, $3)',
      values: ({ a, ann }) => [a.clinicId, a.openSlotId, ann.customerId],
      outcomes: annAndTheDesk('forbidden', 'forbidden'),
    },
  ],
  release_hold: [
    {
      statement: 'app_public.release_hold($1, $2, $3)',
      values: ({ a, heldSlotId, ann }) => [a.clinicId, heldSlotId, ann.customerId],
      outcomes: annAndTheDesk('forbidden', 'forbidden'),
    },
  ],
  book_slot: [
    { statement: 'app_public.book_slot($1, $2)', values: ({ a }) => [a.clinicId, a.openSlotId], outcomes: customers },
    {
      statement: 'app_public.book_slot($1, $2, $3)',
      values: ({ a, ann }) => [a.clinicId, a.openSlotId, ann.customerId],
      outcomes: annAndTheDesk('forbidden', 'forbidden'),
    },
  ],
  cancel_booking: [
    {
      statement: 'app_public.cancel_booking($1, $2)',
      values: ({ a, booking }) => [a.clinicId, booking],
      outcomes: annAndTheDesk('booking_not_found', 'booking_not_found'),
    },
  ],
  reschedule_booking: [
    {
      statement: 'app_public.reschedule_booking($1, $2, $3)',
      values: ({ a, booking }) => [a.clinicId, booking, a.openSlotId],
      outcomes: annAndTheDesk('booking_not_found', 'booking_not_found'),
    },
  ],
  check_in: [
    {
      statement: 'app_public.check_in($1, $2)',
      values: ({ a, bookingNow }) => [a.clinicId, bookingNow],
      outcomes: deskAndOwnDoctor(),
    },
  ],
  complete_booking: [
    {
      // Nobody was checked in: whoever may call it is told so.
      statement: 'app_public.complete_booking($1, $2)',
      values: ({ a, bookingNow }) => [a.clinicId, bookingNow],
      outcomes: deskAndOwnDoctor('illegal_transition'),
    },
  ],
  mark_no_show: [
    {
      statement: 'app_public.mark_no_show($1, $2)',
      values: ({ a, bookingNow }) => [a.clinicId, bookingNow],
      outcomes: deskAndOwnDoctor(),
    },
  ],

  set_slot_customer: [
    {
      statement: 'app_public.set_slot_customer($1, $2, $3)',
      values: ({ a, ann }) => [a.clinicId, a.openSlotId, ann.customerId],
      outcomes: annAndTheDesk('forbidden', 'forbidden'),
    },
    {
      // Frees a slot that Ann holds.
      statement: 'app_public.set_slot_customer($1, $2, null)',
      values: ({ a, heldSlotId }) => [a.clinicId, heldSlotId],
      outcomes: [no, 'done', 'hold_not_found', 'done', 'invalid_argument', 'done', 'invalid_argument', 'done'],
    },
  ],
  clinic_of_booking_slot: [
    {
      statement: 'app_public.clinic_of_booking_slot($1)',
      values: ({ heldSlotId }) => [heldSlotId],
      outcomes: all('done'),
    },
  ],

  withdraw_slot: [
    {
      statement: 'app_public.withdraw_slot($1, $2)',
      values: ({ a }) => [a.clinicId, a.openSlotId],
      outcomes: deskAndOwnDoctor(),
    },
    {
      // A colleague's.
      statement: 'app_public.withdraw_slot($1, $2)',
      values: ({ a }) => [a.clinicId, a.colleaguesSlotId],
      outcomes: desk(),
    },
  ],
  create_booking_slot: [
    {
      statement: `app_public.create_booking_slot($1, $2, $3, current_date + 10)`,
      values: ({ a }) => [a.clinicId, a.doctorId, a.timeSlotId],
      outcomes: desk(),
    },
  ],
  generate_booking_slots: [
    {
      statement: 'app_public.generate_booking_slots($1, current_date, current_date + 1)',
      values: ({ a }) => [a.clinicId],
      outcomes: managers(),
    },
  ],

  remove_time_slot: [
    {
      statement: 'app_public.remove_time_slot($1, $2)',
      values: ({ a }) => [a.clinicId, a.formerTimeSlotId],
      outcomes: managers(),
    },
  ],
  remove_doctor_slot_template: [
    {
      statement: 'app_public.remove_doctor_slot_template($1, $2)',
      values: ({ a }) => [a.clinicId, a.templateId],
      outcomes: managers(),
    },
  ],
  set_doctor_specializations: [
    {
      statement: `app_public.set_doctor_specializations($1, $2, '{}')`,
      values: ({ a }) => [a.clinicId, a.doctorId],
      outcomes: managers(),
    },
  ],

  remove_customer: [
    {
      statement: 'app_public.remove_customer($1, true)',
      values: ({ ann }) => [ann.customerId],
      outcomes: [no, 'done', ...people.slice(2, -1).map(() => 'customer_not_found'), 'done'],
    },
  ],
  apply_templates: [
    { statement: 'app_public.apply_templates($1)', values: ({ a }) => [a.clinicId], outcomes: managers() },
  ],
  dismiss_rebooking: [
    {
      statement: 'app_public.dismiss_rebooking($1, $2)',
      values: ({ a, rebooking }) => [a.clinicId, rebooking],
      outcomes: desk(),
    },
  ],
  send_again: [
    {
      statement: 'app_public.send_again($1, $2)',
      values: ({ a, notification }) => [a.clinicId, notification],
      outcomes: desk(),
    },
  ],
  preview_notification: [
    {
      statement: `app_public.preview_notification($1, 'booking_confirmed', 'email', 'de')`,
      values: ({ a }) => [a.clinicId],
      outcomes: managers(),
    },
  ],
  create_webhook_endpoint: [
    {
      statement: `app_public.create_webhook_endpoint($1, 'https://clinic.example/other')`,
      values: ({ a }) => [a.clinicId],
      outcomes: managers(),
    },
  ],

  add_clinic_customer: [
    { statement: `app_public.add_clinic_customer($1, 'New')`, values: ({ a }) => [a.clinicId], outcomes: desk() },
  ],
  invite_employee: [
    {
      statement: `app_public.invite_employee($1, 'new@test.example', 'New', 'manager')`,
      values: ({ a }) => [a.clinicId],
      outcomes: managers(),
    },
  ],
  deactivate_doctor: [
    {
      statement: 'app_public.deactivate_doctor($1, $2, true)',
      values: ({ a }) => [a.clinicId, a.doctorId],
      outcomes: managers(),
    },
  ],
  deactivate_clinic: [
    { statement: 'app_public.deactivate_clinic($1, true)', values: ({ a }) => [a.clinicId], outcomes: managers() },
  ],
}

describe('the functions of the API', () => {
  it('are called by whom they are for', () =>
    inTransaction(async (db) => {
      const world = await twoClinics(db)
      const inCatalogue = await db.query(
        `select distinct proname as name from pg_proc where pronamespace = 'app_public'::regnamespace order by 1`,
      )
      expect(inCatalogue.map(({ name }) => name)).toEqual(Object.keys(functions).sort())

      const outcomes: Record<string, Record<string, string>> = {}
      const expected: typeof outcomes = {}
      for (const { statement, values, outcomes: wanted } of Object.values(functions).flat()) {
        const given = values(world)
        const call = `${statement} ${given.join(' ')}`
        outcomes[call] = {}
        expected[call] = Object.fromEntries(people.map((who, i) => [who, wanted[i] as string]))
        for (const who of people) outcomes[call][who] = await outcomeOf(db, world, who, statement, given)
      }
      expect(outcomes).toEqual(expected)
    }))

  it('reach nothing of clinic A under the number of clinic B, whose manager may everything there', () =>
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
        ['slot_not_found', 'app_public.withdraw_slot($1, $2, true)', [a.openSlotId]],
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
        ['slot_not_found', 'app_public.set_slot_customer($1, $2, $3)', [a.openSlotId, bob.customerId]],
        ['slot_not_found', 'app_public.set_slot_customer($1, $2, null)', [heldSlotId]],
        ['doctor_not_found', `app_public.set_doctor_specializations($1, $2, '{}')`, [a.doctorId]],
        ['time_slot_not_found', 'app_public.remove_time_slot($1, $2)', [a.timeSlotId]],
        ['template_not_found', 'app_public.remove_doctor_slot_template($1, $2)', [a.templateId]],
        ['notification_not_found', 'app_public.send_again($1, $2)', [world.notification]],
        ['rebooking_not_found', 'app_public.dismiss_rebooking($1, $2)', [world.rebooking]],
        ['doctor_not_found', 'app_public.deactivate_doctor($1, $2, true)', [a.doctorId]],
        ['doctor_not_found', `app_public.invite_employee($1, 'n@test.example', 'New', 'doctor', $2)`, [a.doctorId]],
      ]
      const found: typeof attempts = []
      for (const [, statement, values] of attempts)
        found.push([await outcomeOf(db, world, 'manager B', statement, [b.clinicId, ...values]), statement, values])
      expect(found).toEqual(attempts)
    }))

  it('are not fooled by what a caller calls like something of theirs', () =>
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

  it('leave nothing behind of what they refuse', () =>
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

/** Calls a function as somebody, undoes it, and says what became of it. */
async function outcomeOf(db: Db, world: World, who: Who, statement: string, values: unknown[]): Promise<string> {
  await db.asOwner()
  names ??= new Map(
    (await db.query('select sqlstate, name from app_hidden.error_codes')).map(({ sqlstate, name }) => [sqlstate, name]),
  )
  return db.undone(() =>
    db
      .as(world.claims[who], () => db.query(`select * from ${statement}`, values))
      .then(
        () => 'done',
        (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          return names?.get(error.code ?? '') ?? `${error.code}: ${error.message}`
        },
      ),
  )
}
