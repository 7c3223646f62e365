import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { book, cancel } from '../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot, type Customer } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../helpers/database/connection.ts'
import { type Claims, expectRefusal } from '../helpers/database/database.ts'
import { accept, join, notOffered, type Offer, offersOf } from '../sql/booking/waiting/waiting.ts'

// The waiting list while others book, cancel and search at the same moment.

let database: ClonedDatabase
let owner: Connection
let one: Connection
let two: Connection
let three: Connection
let practice: Awaited<ReturnType<typeof aPractice>>

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  one = await connect(database.url)
  two = await connect(database.url)
  three = await connect(database.url)
})

beforeEach(async () => {
  practice = await aPractice(owner)
})

afterAll(async () => {
  for (const connection of [owner, one, two, three]) await connection.close()
  await database.drop()
})

const bookAs = (connection: Connection, claims: Claims, slotId: string) =>
  connection.request(claims, () => book(connection, practice.clinicId, slotId))

/** Repeats an attempt until it succeeds or `isOver`; returns whether it succeeded. Other errors than refusals are thrown. */
async function keepTrying(attempt: () => Promise<unknown>, isOver: () => boolean): Promise<boolean> {
  while (!isOver()) {
    try {
      await attempt()
      return true
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code?.startsWith('MS'))) throw error
    }
  }
  return false
}

it('of 20 callers and two waiting customers who want a freed time at once, only a waiting one gets it during a head start', async () => {
  const { clinicId, slotId, customer } = practice
  const waiters = [await aCustomer(owner), await aCustomer(owner)]
  const strangers: Customer[] = []
  for (let i = 0; i < 20; i++) strangers.push(await aCustomer(owner))
  const { id: bookingId } = await bookAs(one, customer.claims, slotId)
  for (const { claims } of waiters) await one.request(claims, () => join(one, clinicId))

  const connections = await Promise.all(Array.from({ length: 23 }, () => connect(database.url)))
  let winner: string | null = null
  const contend = async ({ claims, customerId }: Customer, i: number) => {
    const own = connections[i] as Connection
    const attempt = async () => {
      // Strangers book. Those who wait take what they are offered, or book, too.
      const [offer] =
        i < 20
          ? []
          : await own.query<Offer & Record<string, unknown>>(
              `select clinic_id, id from app_public.slot_offers where customer_id = $1 and state = 'offered'`,
              [customerId],
            )
      await own.request(claims, () => (offer ? accept(own, offer) : book(own, clinicId, slotId)))
      winner = customerId
    }
    await keepTrying(attempt, () => winner !== null)
  }
  try {
    const contest = [...strangers, ...waiters].map(contend)
    const last = connections[22] as Connection
    await last.request(customer.claims, () => cancel(last, clinicId, bookingId))
    await Promise.all(contest)
  } finally {
    for (const connection of connections) await connection.close()
  }
  expect(winner).toBe(waiters[0]?.customerId)
  expect((await offersOf(owner, slotId)).map(({ state }) => state)).toEqual(['accepted', 'lost'])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('of two slots freed at once by two transactions, a waiting customer is offered one, and the other is open', async () => {
  const { clinicId, doctorId, slotId, customer } = practice
  const otherId = await aSlot(owner, clinicId, doctorId, 50)
  const { id: first } = await bookAs(one, customer.claims, slotId)
  const other = await aCustomer(owner)
  const { id: second } = await bookAs(one, other.claims, otherId)
  const waiter = await aCustomer(owner)
  await one.request(waiter.claims, () => join(one, clinicId))
  const cancelled = await one.request(customer.claims, async () => {
    await cancel(one, clinicId, first)
    const waiting = two.request(other.claims, () => cancel(two, clinicId, second))
    await untilWaiting(owner, two, waiting)
    return { waiting }
  })
  await cancelled.waiting
  expect(await offersOf(owner, slotId)).toMatchObject([{ customer_id: waiter.customerId, state: 'offered' }])
  expect(await offersOf(owner, otherId)).toEqual([])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('a slot freed while somebody joins is offered to them: the cancellation waits for the entry', async () => {
  const { clinicId, slotId, customer } = practice
  const { id } = await bookAs(one, customer.claims, slotId)
  const waiter = await aCustomer(owner)
  const { waiting } = await one.request(waiter.claims, async () => {
    await join(one, clinicId)
    const started = two.request(customer.claims, () => cancel(two, clinicId, id))
    await untilWaiting(owner, two, started)
    return { waiting: started }
  })
  await waiting
  expect(await offersOf(owner, slotId)).toMatchObject([{ customer_id: waiter.customerId }])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('somebody who joins while a slot is freed waits for the next one', async () => {
  const { clinicId, slotId, customer } = practice
  const { id } = await bookAs(one, customer.claims, slotId)
  const waiter = await aCustomer(owner)
  const { waiting } = await one.request(customer.claims, async () => {
    await cancel(one, clinicId, id)
    const started = two.request(waiter.claims, () => join(two, clinicId))
    await untilWaiting(owner, two, started)
    return { waiting: started }
  })
  await waiting
  expect(await offersOf(owner, slotId)).toEqual([])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('a slot whose customer removes the one who waits for it meanwhile is offered to the next one', async () => {
  const { clinicId, slotId, customer } = practice
  const { id } = await bookAs(one, customer.claims, slotId)
  const waiters = [await aCustomer(owner), await aCustomer(owner)]
  for (const { claims } of waiters) await one.request(claims, () => join(one, clinicId))
  const { waiting } = await one.request(waiters[0]?.claims ?? {}, async () => {
    await one.one('select * from app_public.erase_customer($1)', [waiters[0]?.customerId])
    const started = two.request(customer.claims, () => cancel(two, clinicId, id))
    await untilWaiting(owner, two, started)
    return { waiting: started }
  })
  await waiting
  expect(await offersOf(owner, slotId)).toMatchObject([{ customer_id: waiters[1]?.customerId }])
})

/** Runs a statement that waits for a lock of `three`, then `meanwhile`, and then lets the first one go on. */
async function heldUp(
  lock: [string, unknown[]],
  first: () => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  await three.query('begin')
  await three.query(...lock)
  const started = first()
  await untilWaiting(owner, one, started, three)
  const other = meanwhile()
  // It is done, or it waits for the first one.
  await Promise.race([other, untilWaiting(owner, two, other, one).catch(() => undefined)])
  await three.query('rollback')
  await Promise.all([started, other])
}

const erase = ({ claims, customerId }: Customer) =>
  one.request(claims, () => one.one('select * from app_public.erase_customer($1)', [customerId]))
const recordOf = (customerId: string): [string, unknown[]] => [
  'select from app_public.clinic_customers where clinic_id = $1 and customer_id = $2 for update',
  [practice.clinicId, customerId],
]

it('erasing a patient who waits, with the visit of their child, and a cancellation at the same time do not deadlock', async () => {
  const { clinicId, doctorId, slotId, customer } = practice
  const ann = await aCustomer(owner)
  const { child } = await one.request(ann.claims, () =>
    one.one(
      `select dependant_customer_id as child from app_public.add_dependant('Child of Ann', current_date - 2000, 'parent')`,
    ),
  )
  const ofChild = await aSlot(owner, clinicId, doctorId, 50)
  await one.request(ann.claims, () => book(one, clinicId, ofChild, { customerId: child }))
  const { id } = await bookAs(one, customer.claims, slotId)
  const waiter = await aCustomer(owner)
  for (const { claims } of [ann, waiter]) await one.request(claims, () => join(one, clinicId))
  await heldUp(
    recordOf(ann.customerId),
    () => erase(ann),
    () => two.request(customer.claims, () => cancel(two, clinicId, id)),
  )
  const offered = [...(await offersOf(owner, slotId)), ...(await offersOf(owner, ofChild))]
  expect(offered).toMatchObject([{ customer_id: waiter.customerId, state: 'offered' }])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it.each(['erase_customer', 'remove_customer'] as const)(
  'a time that is offered to a patient while %s has locked what it saw before goes to the next one',
  async (removal) => {
    const { clinicId, slotId, customer } = practice
    const waiters = [await aCustomer(owner), await aCustomer(owner)] as const
    for (const { claims } of waiters) await one.request(claims, () => join(one, clinicId))
    const { id } = await bookAs(one, customer.claims, slotId)
    await heldUp(
      recordOf(waiters[0].customerId),
      () =>
        one.request(waiters[0].claims, () =>
          one.one(`select * from app_public.${removal}($1)`, [waiters[0].customerId]),
        ),
      () => two.request(customer.claims, () => cancel(two, clinicId, id)),
    )
    // It is the second one's turn at once.
    expect(
      await owner.query(
        `select customer_id, lower(head_start) <= now() as has_begun from app_public.slot_offers
         where booking_slot_id = $1 and state = 'offered'`,
        [slotId],
      ),
    ).toEqual([{ customer_id: waiters[1].customerId, has_begun: true }])
    expect(await notOffered(owner, clinicId)).toEqual([])
  },
)

it('erasing a patient who is offered a time meanwhile does not wait for that time with the waiting list locked', async () => {
  const { clinicId, doctorId, slotId, customer } = practice
  const ann = await aCustomer(owner)
  await one.request(ann.claims, () => join(one, clinicId))
  const { id } = await bookAs(one, customer.claims, slotId)
  const other = await bookAs(one, customer.claims, await aSlot(owner, clinicId, doctorId, 50))
  await three.query('begin')
  await three.query(...recordOf(ann.customerId))
  const started = erase(ann)
  await untilWaiting(owner, one, started, three)
  await two.request(customer.claims, () => cancel(two, clinicId, id))
  // A transaction that takes the offered time and then frees another one, for which it needs the lock of the waiting
  // list.
  await two.query('begin')
  await two.query('select from app_public.booking_slots where id = $1 for update', [slotId])
  await three.query('rollback')
  await untilWaiting(owner, one, started, two)
  await cancel(two, clinicId, other.id)
  await two.query('commit')
  await started
  expect((await offersOf(owner, slotId)).filter(({ state }) => state === 'offered')).toEqual([])
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('of two who accept the same time after both head starts have begun, one gets it and the other is refused', async () => {
  const { clinicId, slotId, customer } = practice
  const { id } = await bookAs(one, customer.claims, slotId)
  const waiters = [await aCustomer(owner), await aCustomer(owner)]
  for (const { claims } of waiters) await one.request(claims, () => join(one, clinicId))
  await one.request(customer.claims, () => cancel(one, clinicId, id))
  await owner.query(
    `update app_public.slot_offers set head_start = tstzrange(lower(head_start) - interval '40 minutes', upper(head_start) - interval '40 minutes')
     where booking_slot_id = $1`,
    [slotId],
  )
  const [first, second] = await offersOf(owner, slotId)
  const { waiting } = await one.request(waiters[1]?.claims ?? {}, async () => {
    await accept(one, second as Offer)
    const started = two.request(waiters[0]?.claims ?? {}, () => accept(two, first as Offer))
    await untilWaiting(owner, two, started)
    return { waiting: expectRefusal(started, 'slot_taken') }
  })
  await waiting
  expect((await offersOf(owner, slotId)).map(({ state }) => state)).toEqual(['lost', 'accepted'])
})
