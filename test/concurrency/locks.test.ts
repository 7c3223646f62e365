import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { type ClonedDatabase, cloneDatabase } from '../helpers/cluster.ts'
import { type Connection, connect, untilWaiting } from '../helpers/connection.ts'
import { type Claims, expectRefusal } from '../helpers/database.ts'
import { book, bookingOf, cancel, hold, reschedule, slotOf, withdraw } from '../helpers/operations.ts'
import { aDoctor, aPractice, aSlot, aTemplate, aTimeSlot } from '../helpers/world.ts'

// Who waits for whom, and what they find when they have waited: one transaction is in the middle of something, another comes.

let database: ClonedDatabase
let one: Connection
let two: Connection
let three: Connection

beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ;[one, two, three] = [await connect(database.url), await connect(database.url), await connect(database.url)]
})
afterEach(async () => {
  for (const connection of [one, two, three]) await connection.close()
})

/**
 * Runs `first` as a request on one connection and, before it commits, what `others` start on theirs; each of those has to
 * come to wait before the first goes on. `look` is done while all wait. With `end` 'rollback' the first fails after all.
 * Gives when everything is done.
 */
async function meanwhile(
  claims: Claims,
  first: () => Promise<unknown>,
  others: [Connection, () => Promise<unknown>][],
  { end = 'commit', look = async () => {} }: { end?: 'commit' | 'rollback'; look?: () => Promise<void> } = {},
): Promise<void> {
  const waiting: Promise<unknown>[] = []
  const done = one.request(claims, async () => {
    await first()
    for (const [connection, start] of others) {
      const started = start()
      waiting.push(started)
      await untilWaiting(one, connection, started)
    }
    await look()
    if (end === 'rollback') throw new Error('rolled back')
  })
  if (end === 'rollback') await expect(done).rejects.toThrow('rolled back')
  else await done
  await Promise.all(waiting)
}

it.each(['commit', 'rollback'] as const)(
  'who books a slot that is just being booked waits, and gets it only on a %s',
  async (end) => {
    const { clinicId, slotId, customer } = await aPractice(one)
    const { customer: other } = await aPractice(one)
    await meanwhile(
      customer.claims,
      () => book(one, clinicId, slotId),
      [
        [
          two,
          () => {
            const second = two.request(other.claims, () => book(two, clinicId, slotId))
            return end === 'commit' ? expectRefusal(second, 'slot_taken') : second
          },
        ],
      ],
      { end },
    )
    expect(await slotOf(one, slotId)).toMatchObject({
      customer_id: end === 'commit' ? customer.customerId : other.customerId,
    })
  },
)

it('who withdraws a slot that is just being booked finds it booked', async () => {
  const { clinicId, slotId, customer, receptionist } = await aPractice(one)
  await meanwhile(customer.claims, () => book(one, clinicId, slotId), [
    [
      two,
      () =>
        expectRefusal(
          two.request(receptionist.claims, () => withdraw(two, clinicId, slotId)),
          'still_in_use',
        ),
    ],
  ])
})

it('who books a slot that is just being withdrawn is refused', async () => {
  const { clinicId, slotId, customer, receptionist } = await aPractice(one)
  await meanwhile(receptionist.claims, () => withdraw(one, clinicId, slotId), [
    [
      two,
      () =>
        expectRefusal(
          two.request(customer.claims, () => book(two, clinicId, slotId)),
          'slot_withdrawn',
        ),
    ],
  ])
})

it('who cancels a booking that is just being moved is told to repeat, and then cancels it', async () => {
  const { clinicId, doctorId, slotId, customer } = await aPractice(one)
  const next = await aSlot(one, clinicId, doctorId, 60)
  const { id } = await book(one, clinicId, slotId, { customerId: customer.customerId })
  await meanwhile(customer.claims, () => reschedule(one, clinicId, id, next), [
    [
      two,
      () =>
        expectRefusal(
          two.request(customer.claims, () => cancel(two, clinicId, id)),
          'serialization_failure',
        ),
    ],
  ])
  await two.request(customer.claims, () => cancel(two, clinicId, id))
  expect(await slotOf(one, next)).toMatchObject({ status: 'open' })
})

it('who cancels a booking that is just being cancelled finds it cancelled', async () => {
  const { clinicId, slotId, customer, receptionist } = await aPractice(one)
  const { id } = await book(one, clinicId, slotId, { customerId: customer.customerId })
  await meanwhile(customer.claims, () => cancel(one, clinicId, id), [
    [
      two,
      () =>
        expectRefusal(
          two.request(receptionist.claims, () => cancel(two, clinicId, id)),
          'illegal_transition',
        ),
    ],
  ])
  expect(await bookingOf(one, id)).toMatchObject({ cancelled_by: 'customer' })
})

it.each([
  ['two holds', hold, hold],
  ['two bookings', book, book],
  ['a hold and a booking', hold, book],
])('the last booking that a policy allows is not had twice by asking at once: %s', async (_, first, second) => {
  const { clinicId, doctorId, slotId, customer } = await aPractice(one)
  const next = await aSlot(one, clinicId, doctorId, 60)
  await one.query('update app_public.policies set max_live_bookings = 1 where clinic_id = $1', [clinicId])
  // Also when the clinic's record of the customer, which they queue for, is not there yet.
  await meanwhile(customer.claims, () => first(one, clinicId, slotId), [
    [
      two,
      () =>
        expectRefusal(
          two.request(customer.claims, () => second(two, clinicId, next) as Promise<unknown>),
          'too_many_bookings',
        ),
    ],
  ])
})

it.each<[string, (world: OneTime) => Promise<unknown>, (world: OneTime) => Promise<unknown>]>([
  [
    'a new one and a moved one',
    ({ clinicId, slotId }) => book(one, clinicId, slotId),
    ({ clinicId, bookings, sameTime }) => reschedule(two, clinicId, bookings[1], sameTime),
  ],
  [
    'a moved one and a new one',
    ({ clinicId, bookings, slotId }) => reschedule(one, clinicId, bookings[0], slotId),
    ({ clinicId, sameTime }) => book(two, clinicId, sameTime),
  ],
  [
    'two moved ones',
    ({ clinicId, bookings, slotId }) => reschedule(one, clinicId, bookings[0], slotId),
    ({ clinicId, bookings, sameTime }) => reschedule(two, clinicId, bookings[1], sameTime),
  ],
])('a customer does not get two appointments at one time by asking at once: %s', async (_, first, second) => {
  const world = await oneTime()
  const { claims } = world.customer
  await meanwhile(
    claims,
    () => first(world),
    [
      [
        two,
        () =>
          expectRefusal(
            two.request(claims, () => second(world)),
            'customer_busy',
          ),
      ],
    ],
    {
      async look() {
        // It waits before it has written a booking. In the exclusion constraint, after, two could wait for each other.
        const written = await three.query(
          `select from pg_locks where pid = $1 and relation = 'app_public.bookings'::regclass and mode = 'RowExclusiveLock'`,
          [two.pid],
        )
        expect(written).toEqual([])
      },
    },
  )
})

type OneTime = Awaited<ReturnType<typeof oneTime>>

/** Two doctors with a free slot each at the same time, and a customer who has a booking with each at other times. */
async function oneTime() {
  const practice = await aPractice(one)
  const { clinicId, doctorId, customer } = practice
  const otherDoctor = await aDoctor(one, clinicId)
  const bookingAt = async (doctor: string, hours: number) =>
    (await book(one, clinicId, await aSlot(one, clinicId, doctor, hours), { customerId: customer.customerId })).id
  // The practice's own slot is in 48 hours from when it was made, so these two overlap.
  const sameTime = await aSlot(one, clinicId, otherDoctor, 48)
  return { ...practice, sameTime, bookings: [await bookingAt(doctorId, 60), await bookingAt(otherDoctor, 70)] as const }
}

it('a doctor who is deactivated takes along what is just being booked', async () => {
  const { clinicId, doctorId, slotId, customer, manager } = await aPractice(one)
  const deactivate = () => two.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
  await meanwhile(customer.claims, () => book(one, clinicId, slotId), [
    [two, () => two.request(manager.claims, deactivate)],
    // And somebody who goes for the same slot does not come between: it is locked before its booking is looked at.
    [three, () => three.request(manager.claims, () => withdraw(three, clinicId, slotId, { cascade: true }))],
  ])
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'withdrawn', customer_id: null })
  const bookings = await one.query('select status from app_public.bookings where clinic_id = $1', [clinicId])
  expect(bookings).toEqual([{ status: 'cancelled' }])
  const doctors = await one.query('select is_active from app_public.doctors where id = $1', [doctorId])
  expect(doctors).toEqual([{ is_active: false }])
})

it('a doctor who is just being deactivated gets no new slot', async () => {
  const { clinicId, doctorId, manager } = await aPractice(one)
  const timeSlotId = await aTimeSlot(one, clinicId)
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(one, clinicId, doctorId, timeSlotId, weekday)
  await meanwhile(
    manager.claims,
    () => one.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId]),
    [
      [
        two,
        () =>
          expectRefusal(
            two.request(manager.claims, () =>
              two.query('select app_public.create_booking_slot($1, $2, $3, current_date + 20)', [
                clinicId,
                doctorId,
                timeSlotId,
              ]),
            ),
            'doctor_not_found',
          ),
      ],
      [
        three,
        async () => {
          const run = await three.request(manager.claims, () =>
            three.one('select slots_made from app_public.generate_booking_slots($1, current_date, current_date + 20)', [
              clinicId,
            ]),
          )
          expect(run).toEqual({ slots_made: 0 })
        },
      ],
    ],
  )
})

it('while slots are made, booking goes on, also for those who are new to the clinic', async () => {
  const { clinicId, doctorId, slotId, customer, manager } = await aPractice(one)
  const timeSlotId = await aTimeSlot(one, clinicId, '23:50', '23:55')
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(one, clinicId, doctorId, timeSlotId, weekday)
  await one.request(manager.claims, async () => {
    await one.query('select app_public.generate_booking_slots($1, current_date + 1, current_date + 30)', [clinicId])
    await two.query(`set lock_timeout = '5s'`)
    await two.request(customer.claims, () => book(two, clinicId, slotId))
  })
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'booked' })
})

it('two who make slots at once make each once', async () => {
  const { clinicId, doctorId, manager } = await aPractice(one)
  const timeSlotId = await aTimeSlot(one, clinicId)
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(one, clinicId, doctorId, timeSlotId, weekday)
  const generate = (connection: Connection) =>
    connection.one<{ slots_made: number; already_existing: number }>(
      'select slots_made, already_existing from app_public.generate_booking_slots($1, current_date + 10, current_date + 29)',
      [clinicId],
    )
  await meanwhile(manager.claims, () => generate(one), [
    [
      two,
      async () =>
        expect(await two.request(manager.claims, () => generate(two))).toEqual({ slots_made: 0, already_existing: 20 }),
    ],
  ])
})

it('the tidying of expired holds waits for nobody and takes nothing from anybody', async () => {
  const { clinicId, slotId, customer } = await aPractice(one)
  const other = await aPractice(one)
  for (const practice of [{ clinicId, slotId, customer }, other])
    await one.request(practice.customer.claims, () => hold(one, practice.clinicId, practice.slotId))
  await one.query('update app_public.booking_slots set held_until = now() where clinic_id in ($1, $2)', [
    clinicId,
    other.clinicId,
  ])
  await one.request(customer.claims, async () => {
    await book(one, clinicId, slotId)
    await two.query(`set lock_timeout = '5s'`)
    expect(await two.one('select app_private.release_expired_holds() as released')).toEqual({ released: 1 })
  })
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'booked' })
  expect(await slotOf(one, other.slotId)).toMatchObject({ status: 'open' })
})
