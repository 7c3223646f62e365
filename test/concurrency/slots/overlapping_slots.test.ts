import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { book, createSlot } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aDoctor, aPractice, aTemplate, aTimeSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { clinicDate } from '../../helpers/time/dates.ts'
import { brokenInvariants } from '../invariants.ts'

// A slot is to become live while a visit that takes two slots at its time is being booked. The exclusion constraint of
// booking_slots checks each row as it is written, and waits for rows of other transactions. If the slot were written
// after the first slot of the visit, it would wait for the visit, and the second slot of the visit would wait for it.

let database: ClonedDatabase
let owner: Connection
let visitor: Connection
let planner: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  // Stops a visit between two of its slots for as long as another session has the advisory lock.
  await owner.query(`
    create function public.pause() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtext(NEW.id::text));
      return NEW;
    end $$;
    create trigger pause before update on app_public.booking_slots
      for each row when (NEW.head_slot_id is not null) execute function public.pause()`)
})
afterAll(async () => {
  await owner.close()
  await database.drop()
})
beforeEach(async () => {
  visitor = await connect(database.url)
  planner = await connect(database.url)
})
afterEach(async () => {
  await visitor.close()
  await planner.close()
})

/**
 * A doctor's open slots from 9:00 to 9:30 and 9:30 to 10:00, and time slots that overlap both: from 9:15 to 9:45, whose
 * slot is withdrawn, and from 9:10 to 9:40.
 */
async function anHour() {
  const practice = await aPractice(owner)
  const { clinicId } = practice
  const doctorId = await aDoctor(owner, clinicId)
  const date = clinicDate(4)
  const make = async (timeSlotId: string) => (await createSlot(owner, clinicId, doctorId, timeSlotId, date)).id
  const across = await aTimeSlot(owner, clinicId, '09:15', '09:45')
  const withdrawn = await make(across)
  await owner.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [withdrawn])
  const slots = [
    await make(await aTimeSlot(owner, clinicId, '09:00', '09:30')),
    await make(await aTimeSlot(owner, clinicId, '09:30', '10:00')),
  ] as const
  const unused = await aTimeSlot(owner, clinicId, '09:10', '09:40')
  const serviceId = await aService(owner, clinicId, { doctors: [doctorId], duration: '1 hour' })
  const overlaps = (timeSlotId: string) =>
    expectRefusal(
      planner.request(practice.manager.claims, () => createSlot(planner, clinicId, doctorId, timeSlotId, date)),
      'slot_overlaps',
    )
  return { ...practice, doctorId, date, across, withdrawn, unused, slots, serviceId, overlaps }
}

type Hour = Awaited<ReturnType<typeof anHour>>

/**
 * Starts `work` on the planner's connection while a visit is being booked whose first slot is written and whose second
 * one is not. The visit goes on when the work is done or waits for it. Returns the result of the work.
 */
async function duringAVisit<Result>(
  { clinicId, customer, serviceId, slots }: Hour,
  work: () => Promise<Result>,
): Promise<Result> {
  await owner.query('select pg_advisory_lock(hashtext($1))', [slots[1]])
  const visit = visitor.request(customer.claims, () => book(visitor, clinicId, slots[0], { serviceId }))
  await untilWaiting(owner, visitor, visit)
  const working = work()
  await untilWaiting(owner, planner, working, visitor).catch(() => undefined)
  await owner.query('select pg_advisory_unlock_all()')
  await visit
  return working
}

async function expectBooked({ clinicId, slots }: Hour) {
  const states = await owner.query(
    'select status, customer_id is not null as taken from app_public.booking_slots where id = any ($1)',
    [slots],
  )
  expect(states).toEqual([
    { status: 'booked', taken: true },
    { status: 'booked', taken: true },
  ])
  expect(await brokenInvariants(owner, [clinicId])).toEqual({})
}

it.each([
  ['', []],
  [' at new hours of its time slot', ['09:20', '09:50']],
])('opening a withdrawn slot again%s is refused while a visit is being booked at its time', async (_, hours) => {
  const world = await anHour()
  if (hours.length > 0)
    await owner.query('update app_public.time_slots set start_time = $2, end_time = $3 where id = $1', [
      world.across,
      ...hours,
    ])
  const gate = await connect(database.url)
  await gate.query('begin')
  await gate.query('select from app_public.booking_slots where id = $1 for update', [world.withdrawn])
  // The planner has found the withdrawn slot, and waits for its lock to open it.
  const opening = world.overlaps(world.across)
  await untilWaiting(owner, planner, opening)
  await duringAVisit(world, async () => {
    await gate.query('commit')
    await opening
  })
  await gate.close()
  await expectBooked(world)
})

it('making a slot by hand is refused while a visit is being booked at its time', async () => {
  const world = await anHour()
  await duringAVisit(world, () => world.overlaps(world.unused))
  await expectBooked(world)
})

it('generating slots leaves out one at whose time a visit is being booked', async () => {
  const world = await anHour()
  const { clinicId, doctorId, date, manager } = world
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(owner, clinicId, doctorId, world.unused, weekday)
  const run = await duringAVisit(world, () =>
    planner.request(manager.claims, () =>
      planner.one(
        'select slots_made, overlapping from app_public.generate_booking_slots($1, $2::date - 1, $2::date + 1)',
        [clinicId, date],
      ),
    ),
  )
  expect(run).toEqual({ slots_made: 2, overlapping: 1 })
  await expectBooked(world)
})
