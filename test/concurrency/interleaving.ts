import fc from 'fast-check'
import type { Connection } from '../helpers/connection.ts'
import type { Claims } from '../helpers/database.ts'
import {
  book,
  cancel,
  checkIn,
  complete,
  createSlot,
  hold,
  release,
  reschedule,
  undoCheckIn,
  withdraw,
} from '../helpers/operations.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTemplate, aTimeSlot, noonZone } from '../helpers/world.ts'

// What many clients do at once, for test/concurrency/interleavings.test.ts: a small world that everybody gets in each other's way in,
// and commands on it, drawn by fast-check. A command's numbers are taken modulo what there is when its turn comes.

/** A clinic of the small world. Slots and bookings are those known so far, the latest last; `whose` is a customer's place in the world. */
export interface Practice {
  clinicId: string
  doctorIds: string[]
  timeSlotIds: string[]
  dates: string[]
  desk: Claims
  manager: Claims
  slotIds: string[]
  bookings: { id: string; whose: number }[]
}

export interface World {
  practices: [Practice, Practice]
  customers: { customerId: string; claims: Claims }[]
}

/** How many live bookings and holds the customers that the desk leaves alone may have. */
export const mostLive = 3
/** The first so many customers are those: nobody acts for them. */
export const onTheirOwn = 3

/** Makes two clinics with two doctors, slots on two days and some for today, and six customers. */
export async function aSmallWorld(owner: Connection): Promise<World> {
  const customers: World['customers'] = []
  for (let i = 0; i < 6; i++) customers.push(await aCustomer(owner))
  const zone = noonZone()
  const practice = async (): Promise<Practice> => {
    const clinicId = await aClinic(owner, zone)
    await owner.query(
      `update app_public.policies set max_live_bookings = $2, reminder_lead_times = '{2 hours, 1 hour}' where clinic_id = $1`,
      [clinicId, mostLive],
    )
    const doctorIds = [await aDoctor(owner, clinicId), await aDoctor(owner, clinicId)]
    // Templates want the first three; the last overlaps two of them and is only made by hand.
    const times = [
      ['09:00', '09:30'],
      ['09:30', '10:00'],
      ['10:00', '10:30'],
      ['09:15', '09:45'],
    ] as const
    const timeSlotIds: string[] = []
    for (const [start, end] of times) timeSlotIds.push(await aTimeSlot(owner, clinicId, start, end))
    for (const doctorId of doctorIds)
      for (const timeSlotId of timeSlotIds.slice(0, 3))
        for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(owner, clinicId, doctorId, timeSlotId, weekday)
    const dates = await owner.query<{ date: string }>(
      `select (current_date + n)::text as date from generate_series(3, 4) n`,
    )
    // Two hours per doctor that lie ahead but are today's: so patients are checked in while everything else goes on.
    await owner.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select $1, d, ts.id, (now() at time zone $4)::date, tstzrange(now() + (ts.n + 2) * interval '1 hour', now() + (ts.n + 3) * interval '1 hour')
       from unnest($2::bigint[]) d, unnest($3::bigint[]) with ordinality as ts (id, n) where ts.n <= 2`,
      [clinicId, doctorIds, timeSlotIds, zone],
    )
    await owner.query('select app_public.generate_booking_slots($1, $2, $3)', [
      clinicId,
      dates[0]?.date,
      dates.at(-1)?.date,
    ])
    const slots = await owner.query<{ id: string }>('select id from app_public.booking_slots where clinic_id = $1', [
      clinicId,
    ])
    // The desk acts for those in its records.
    for (const { customerId } of customers.slice(onTheirOwn))
      await owner.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Known')`,
        [clinicId, customerId],
      )
    return {
      clinicId,
      doctorIds,
      timeSlotIds,
      dates: dates.map(({ date }) => date),
      desk: (await anEmployee(owner, clinicId, 'receptionist')).claims,
      manager: (await anEmployee(owner, clinicId, 'manager')).claims,
      slotIds: slots.map(({ id }) => id),
      bookings: [],
    }
  }
  return { practices: [await practice(), await practice()], customers }
}

const names = [
  'hold',
  'release',
  'book',
  'bookByDesk',
  'cancel',
  'cancelByDesk',
  'reschedule',
  'rescheduleByDesk',
  'withdraw',
  'reopen',
  'generate',
  'deactivateDoctor',
  'reactivateDoctor',
  'moveTimeSlot',
  'followTemplates',
  'checkIn',
  'undoCheckIn',
  'complete',
  'expire',
  'tidy',
  'work',
] as const

const weights: Record<(typeof names)[number], number> = {
  hold: 5,
  release: 2,
  book: 10,
  bookByDesk: 5,
  cancel: 5,
  cancelByDesk: 3,
  reschedule: 7,
  rescheduleByDesk: 5,
  withdraw: 3,
  reopen: 14,
  generate: 1,
  deactivateDoctor: 1,
  reactivateDoctor: 4,
  moveTimeSlot: 1,
  followTemplates: 1,
  checkIn: 2,
  undoCheckIn: 1,
  complete: 2,
  expire: 2,
  tidy: 1,
  work: 2,
}

const number = fc.nat(999)

/** One thing that somebody does. `pause` is how many milliseconds they hold what they have locked before they commit. */
export const command = fc.record({
  name: fc.oneof(...names.map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] }))),
  clinic: fc.nat(1),
  customer: fc.nat(5),
  slot: number,
  booking: number,
  doctor: fc.nat(1),
  timeSlot: fc.nat(3),
  date: fc.nat(1),
  cascade: fc.boolean(),
  withKey: fc.boolean(),
  pause: fc.nat(4),
})
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** Does what a command says, as who does it, in a transaction of its own. Throws what it was refused with. */
export async function perform(db: Connection, world: World, command: Command): Promise<void> {
  const practice = world.practices[command.clinic] as Practice
  const { clinicId, slotIds, bookings } = practice
  const slotId = slotIds[command.slot % slotIds.length] as string
  const doctorId = practice.doctorIds[command.doctor] as string
  const customer = world.customers[command.customer] as World['customers'][number]
  const knownToDesk = onTheirOwn + (command.customer % (world.customers.length - onTheirOwn))
  const { customerId } = world.customers[knownToDesk] as World['customers'][number]

  // Among the latest, which are more likely to be live. 0 is nobody's booking, as long as there is none.
  const oneOf = (some: Practice['bookings']) => some.at(-1 - (command.booking % Math.min(some.length, 6)))?.id ?? '0'
  const anyBooking = oneOf(bookings)
  // Mostly their own, but sometimes somebody tries another's.
  const theirBooking =
    command.booking % 10 === 0 ? anyBooking : oneOf(bookings.filter(({ whose }) => whose === command.customer))
  const as = <Result>(claims: Claims, work: () => Promise<Result>) =>
    db.request(claims, async () => {
      const result = await work()
      if (command.pause > 0) await db.query('select pg_sleep($1)', [command.pause / 1000])
      return result
    })
  const remember = (id: string, whose: number) => {
    if (!bookings.some((booking) => booking.id === id)) bookings.push({ id, whose })
  }

  switch (command.name) {
    case 'hold':
      await as(customer.claims, () => hold(db, clinicId, slotId))
      break
    case 'release':
      await as(customer.claims, () => release(db, clinicId, slotId))
      break
    case 'book': {
      const key = command.withKey ? `slot ${slotId}` : null
      remember((await as(customer.claims, () => book(db, clinicId, slotId, { key }))).id, command.customer)
      break
    }
    case 'bookByDesk':
      remember((await as(practice.desk, () => book(db, clinicId, slotId, { customerId }))).id, knownToDesk)
      break
    case 'cancel':
      await as(customer.claims, () => cancel(db, clinicId, theirBooking))
      break
    case 'cancelByDesk':
      await as(practice.desk, () => cancel(db, clinicId, anyBooking, 'by the desk'))
      break
    case 'reschedule':
      await as(customer.claims, () => reschedule(db, clinicId, theirBooking, slotId))
      break
    case 'rescheduleByDesk':
      await as(practice.desk, () => reschedule(db, clinicId, anyBooking, slotId))
      break
    case 'withdraw':
      await as(practice.desk, () => withdraw(db, clinicId, slotId, { cascade: command.cascade }))
      break
    case 'reopen': {
      const timeSlotId = practice.timeSlotIds[command.timeSlot] as string
      const date = practice.dates[command.date] as string
      const { id } = await as(practice.desk, () => createSlot(db, clinicId, doctorId, timeSlotId, date))
      if (!slotIds.includes(id)) slotIds.push(id)
      break
    }
    case 'generate':
      await as(practice.manager, () =>
        db.query('select app_public.generate_booking_slots($1, $2, $3)', [
          clinicId,
          practice.dates[0],
          practice.dates.at(-1),
        ]),
      )
      break
    case 'deactivateDoctor':
      await as(practice.manager, () =>
        db.query('select app_public.deactivate_doctor($1, $2, $3)', [clinicId, doctorId, command.cascade]),
      )
      break
    case 'reactivateDoctor':
      await as(practice.manager, () =>
        db.query('update app_public.doctors set is_active = true where clinic_id = $1 and id = $2', [
          clinicId,
          doctorId,
        ]),
      )
      break
    case 'moveTimeSlot':
      // There or back again.
      await as(practice.manager, () =>
        db.query(
          `update app_public.time_slots
           set start_time = '10:00' + make_interval(mins => $3), end_time = '10:30' + make_interval(mins => $3)
           where clinic_id = $1 and id = $2`,
          [clinicId, practice.timeSlotIds[2], command.cascade ? 5 : 0],
        ),
      )
      break
    case 'followTemplates':
      await db.query('select app_private.follow_templates($1)', [clinicId])
      break
    case 'checkIn':
      await as(practice.desk, () => checkIn(db, clinicId, anyBooking))
      break
    case 'undoCheckIn':
      await as(practice.desk, () => undoCheckIn(db, clinicId, anyBooking))
      break
    case 'complete':
      await as(practice.desk, () => complete(db, clinicId, anyBooking))
      break
    case 'expire':
      // As if the time had passed. By the owner, who is asked to lock as everybody does.
      await db.query(
        `update app_public.booking_slots set held_until = now() where clinic_id = $1 and id = $2 and status = 'held'`,
        [clinicId, slotId],
      )
      break
    case 'tidy':
      await db.query('select app_private.release_expired_holds(3)')
      break
    case 'work':
      // The jobs, which nobody may have to wait for.
      await db.query('select app_private.claim_notifications(10)')
      await db.query('select app_private.publish_events(50)')
      break
  }
}
