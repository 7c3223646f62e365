import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, hold, reschedule, slotOf, withdraw } from '../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, aPractice, aSlot, aTemplate, aTimeSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../helpers/database/connection.ts'
import { type Claims, expectRefusal } from '../helpers/database/database.ts'

// One transaction is in progress when another one starts: which of them waits, and with what result it continues.

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
 * Runs `first` as a request on one connection and, before it commits, starts `others` on their connections. Each of
 * these must wait for a lock before the first continues. `look` runs while all wait. With `end` 'rollback' the first
 * fails. Returns when all are done.
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
  'booking a slot while another booking of it is in progress waits for its %s, and succeeds only after a rollback',
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

it('withdrawing a slot while its booking is in progress is refused as still in use', async () => {
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

it('booking a slot while its withdrawal is in progress is refused', async () => {
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

it('cancelling a booking while its move is in progress must be repeated, and then succeeds', async () => {
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

it.each([
  ['an earlier', 0],
  ['a later', 1],
] as const)('moving a booking to %s slot locks the slot with the lower id first', async (_, target) => {
  const { clinicId, doctorId, customer } = await aPractice(one)
  const slots = [await aSlot(one, clinicId, doctorId, 60), await aSlot(one, clinicId, doctorId, 70)] as const
  const { id } = await book(one, clinicId, slots[1 - target] as string, { customerId: customer.customerId })
  const lock = (connection: Connection, slotId: string) =>
    connection.query('select from app_public.booking_slots where id = $1 for update nowait', [slotId])
  await meanwhile(
    customer.claims,
    () => one.query('reset role').then(() => lock(one, slots[0])),
    [[two, () => two.request(customer.claims, () => reschedule(two, clinicId, id, slots[target]))]],
    // While it waits for the first slot, it has not locked the second: a move in the other direction would deadlock.
    { look: async () => void (await lock(three, slots[1])) },
  )
  expect(await bookingOf(one, id)).toMatchObject({ booking_slot_id: slots[target] })
})

it('cancelling a booking while its cancellation is in progress is refused as an illegal transition', async () => {
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
])('concurrent requests do not exceed the number of bookings that a policy allows: %s', async (_, first, second) => {
  const { clinicId, doctorId, slotId, customer } = await aPractice(one)
  const next = await aSlot(one, clinicId, doctorId, 60)
  await one.query('update app_public.policies set max_live_bookings = 1 where clinic_id = $1', [clinicId])
  // Also if the clinic's record of the customer, for which they wait, does not exist yet.
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
        // It waits before it writes a booking. If it waited afterwards, in the exclusion constraint, two transactions
        // could wait for each other.
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
  // The first slot of the clinic begins 48 hours after it was created, so these two overlap.
  const sameTime = await aSlot(one, clinicId, otherDoctor, 48)
  return { ...practice, sameTime, bookings: [await bookingAt(doctorId, 60), await bookingAt(otherDoctor, 70)] as const }
}

it('deactivating a doctor while a booking is in progress waits, and cancels that booking', async () => {
  const { clinicId, doctorId, slotId, customer, manager } = await aPractice(one)
  const deactivate = () => two.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
  await meanwhile(customer.claims, () => book(one, clinicId, slotId), [
    [two, () => two.request(manager.claims, deactivate)],
    // A concurrent withdrawal of the same slot does not interfere: the slot is locked before its booking is read.
    [three, () => three.request(manager.claims, () => withdraw(three, clinicId, slotId, { cascade: true }))],
  ])
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'withdrawn', customer_id: null })
  const bookings = await one.query('select status from app_public.bookings where clinic_id = $1', [clinicId])
  expect(bookings).toEqual([{ status: 'cancelled' }])
  const doctors = await one.query('select is_active from app_public.doctors where id = $1', [doctorId])
  expect(doctors).toEqual([{ is_active: false }])
})

it('creating slots of a doctor while the deactivation is in progress is refused or creates none', async () => {
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

it('booking does not wait while slots are generated, even for customers who are new to the clinic', async () => {
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

it('two concurrent generations create each slot once', async () => {
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

it('the release of expired holds does not wait for locks, and skips a slot that is being booked', async () => {
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

/** The token of the link to a booking. */
const linkTo = async (clinicId: string, bookingId: string) =>
  (await one.one(`select app_private.link_token('manage', $1, $2, 0) as token`, [clinicId, bookingId])).token as string

it('cancelling by the link and by the desk at once cancels once, in either order', async () => {
  const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(one)
  const byLink = (connection: Connection, token: string) =>
    connection.query('select app_public.cancel_by_link($1)', [token])
  for (const [first, slot] of [
    ['link', slotId],
    ['desk', await aSlot(one, clinicId, doctorId, 60)],
  ] as const) {
    const { id } = await book(one, clinicId, slot, { customerId: customer.customerId })
    const token = await linkTo(clinicId, id)
    const link = (connection: Connection) => () => byLink(connection, token)
    const desk = (connection: Connection) => () => cancel(connection, clinicId, id)
    await meanwhile(first === 'link' ? {} : receptionist.claims, (first === 'link' ? link : desk)(one), [
      [
        two,
        () =>
          expectRefusal(
            two.request(first === 'link' ? receptionist.claims : {}, (first === 'link' ? desk : link)(two) as never),
            'illegal_transition',
          ),
      ],
    ])
    expect(
      await one.query(`select actor from app_public.events where booking_id = $1 and to_state = 'cancelled'`, [id]),
    ).toEqual([{ actor: first === 'link' ? 'customer' : 'staff' }])
  }
})

it('a guest who confirms twice at once has one booking', async () => {
  const { clinicId, slotId } = await aPractice(one)
  await one.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
  await one.query(`select app_public.book_as_guest($1, $2, 'Gil', 'gil@test.example')`, [clinicId, slotId])
  const { token } = await one.one(
    `select app_private.link_token('confirm', clinic_id, id, 0) as token from app_private.guest_bookings where clinic_id = $1`,
    [clinicId],
  )
  const confirm = (connection: Connection) => () =>
    connection.query('select app_public.confirm_guest_booking($1)', [token])
  await meanwhile({}, confirm(one), [[two, () => two.request({}, confirm(two))]])
  expect(await one.query('select from app_public.bookings where clinic_id = $1', [clinicId])).toHaveLength(1)
})

/**
 * Records that two messages were sent. Begins `ending`, which drops both, at the moment when the first is recorded and
 * the second is not.
 */
async function recordWhile(clinicId: string, messages: string[], ending: () => Promise<unknown>): Promise<void> {
  const [first, second] = messages as [string, string]
  // A worker that claims the message changes its row in the same way: the row moves behind the second one in the table.
  await one.query('update app_public.notifications set retry_at = now() where id = $1', [first])
  await one.query('begin')
  await one.query('select from app_public.notifications where id = $1 for no key update', [first])
  const ended = ending()
  await untilWaiting(one, two, ended)
  await one.query('select app_private.record_deliveries($1)', [
    JSON.stringify([first, second].map((id) => ({ clinic_id: clinicId, id }))),
  ])
  await one.query('commit')
  await ended
  expect(await one.query('select state from app_public.notifications where id = any ($1)', [messages])).toEqual([
    { state: 'sent' },
    { state: 'sent' },
  ])
}

it('cancelling a booking while two of its messages are recorded as sent does not deadlock', async () => {
  const { clinicId, slotId, customer } = await aPractice(one)
  const { id: bookingId } = await one.request(customer.claims, () => book(one, clinicId, slotId))
  // An index that the planner may use has them in the order of their lead times.
  const messages = await one.query<{ id: string }>(
    `insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, lead_time)
     select $1, $2, $3, 'booking_reminder', 'email', 0, now(), lead_time
     from unnest('{2 hours, 1 hour}'::interval[]) with ordinality l (lead_time, n) order by n returning id`,
    [clinicId, bookingId, customer.customerId],
  )
  await recordWhile(
    clinicId,
    messages.map(({ id }) => id),
    () => two.request(customer.claims, () => cancel(two, clinicId, bookingId)),
  )
})

it('withdrawing a slot while the messages of two who are offered it are recorded as sent does not deadlock', async () => {
  const { clinicId, slotId, customer, receptionist } = await aPractice(one)
  const { id: bookingId } = await one.request(customer.claims, () => book(one, clinicId, slotId))
  for (const waiter of [await aCustomer(one), await aCustomer(one)])
    await one.request(waiter.claims, () => one.query('select app_public.join_waiting_list($1)', [clinicId]))
  await one.request(customer.claims, () => cancel(one, clinicId, bookingId))
  const messages = await one.query<{ id: string }>(
    `select id from app_public.notifications
     where clinic_id = $1 and kind = 'slot_offered' and state = 'pending' order by id`,
    [clinicId],
  )
  await recordWhile(
    clinicId,
    messages.map(({ id }) => id),
    () => two.request(receptionist.claims, () => withdraw(two, clinicId, slotId)),
  )
})

it('a move does not deadlock with a cancellation and with a worker that records messages about both visits', async () => {
  const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(one)
  const waiter = await aCustomer(one)
  await one.request(waiter.claims, () => one.query('select app_public.join_waiting_list($1)', [clinicId]))
  const other = (await aPractice(one)).customer
  const cancelled = await one.request(customer.claims, () => book(one, clinicId, slotId))
  const secondSlot = await aSlot(one, clinicId, doctorId, 60)
  const moved = await one.request(other.claims, () => book(one, clinicId, secondSlot))
  const free = await aSlot(one, clinicId, doctorId, 70)
  const messages = await one.query<{ id: string }>(
    `select id from app_public.notifications
     where clinic_id = $1 and kind = 'booking_confirmed' and channel = 'email' order by id`,
    [clinicId],
  )
  expect(messages).toHaveLength(2)

  // The worker has locked the first message, and will lock the second one later.
  await one.query('begin')
  await one.query('select from app_public.notifications where id = $1 for no key update', [messages[0]?.id])
  const cancellation = two.request(receptionist.claims, () => cancel(two, clinicId, cancelled.id))
  await untilWaiting(one, two, cancellation, one)
  // The move drops its message, and then offers its old slot to the waiting list. The cancellation does the same. The
  // waiting list lets one at a time continue.
  const move = three.request(receptionist.claims, () => reschedule(three, clinicId, moved.id, free))
  await Promise.race([move, untilWaiting(one, three, move).catch(() => undefined)])
  const outcomes = JSON.stringify(messages.map(({ id }) => ({ clinic_id: clinicId, id })))
  await one.query('select from app_private.record_deliveries($1)', [outcomes])
  await one.query('commit')
  await Promise.all([cancellation, move])
  await one.query('select from app_private.record_deliveries($1)', [outcomes])
  expect(
    await one.query('select state from app_public.notifications where id = any ($1)', [messages.map(({ id }) => id)]),
  ).toEqual([{ state: 'sent' }, { state: 'sent' }])
})

it('recording messages as sent does not wait for a locked one while it has locked others', async () => {
  const { clinicId, doctorId, slotId, customer } = await aPractice(one)
  await one.request(customer.claims, () => book(one, clinicId, slotId))
  const second = await aSlot(one, clinicId, doctorId, 60)
  await one.request(customer.claims, () => book(one, clinicId, second))
  const messages = await one.query<{ id: string }>(
    'select id from app_public.notifications where clinic_id = $1 order by id',
    [clinicId],
  )
  const outcomes = JSON.stringify(messages.map(({ id }) => ({ clinic_id: clinicId, id })))
  const lock = (ids: typeof messages) =>
    one
      .query('begin')
      .then(() =>
        one.query('select from app_public.notifications where id = any ($1) for no key update', [
          ids.map(({ id }) => id),
        ]),
      )
  const record = () => two.query('select id from app_private.record_deliveries($1) order by id', [outcomes])
  await lock(messages.slice(1))
  expect(await record()).toEqual(messages.slice(0, 1))
  await one.query('rollback')
  // The call waits only if all messages are locked.
  await lock(messages)
  const recorded = record()
  await untilWaiting(one, two, recorded, one)
  await one.query('rollback')
  expect(await recorded).toEqual(messages.slice(0, 1))
  expect(await record()).toEqual(messages)
})
