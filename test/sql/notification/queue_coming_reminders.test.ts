import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// A booking writes the reminders that are due within 25 hours; a job writes the others when they come near. The tests give the
// time as an argument, so that days pass at once. Each makes a clinic of its own.

let database: ClonedDatabase
let db: Connection
let other: Connection
let desk: Connection
/** Whom no trigger stops. */
let superuser: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  other = await connect(database.url)
  desk = await connect(database.url)
  superuser = await connect(superuserUrlOf(database.name))
  await superuser.query('set session_replication_role = replica')
})
afterAll(async () => {
  for (const connection of [db, other, desk, superuser]) await connection?.close()
  await database?.drop()
})

/** The reminders of a clinic: sequence, state, and how many hours from now each is due. */
const reminders = async (clinicId: string) =>
  (
    await db.query<{ line: string }>(
      `select concat_ws(' ', booking_sequence, state, extract(epoch from due_at - now())::int / 3600) as line
       from app_public.notifications where clinic_id = $1 and kind = 'booking_reminder' order by id`,
      [clinicId],
    )
  ).map(({ line }) => line)

/** A round of the job in `hours`; returns how many reminders it wrote. */
const round = async (clinicId: string, hours: number, by = db) =>
  (
    await by.one<{ queued: number }>(
      `select app_private.queue_coming_reminders($1, now() + $2 * interval '1 hour') as queued`,
      [clinicId, hours],
    )
  ).queued

/** A booking that starts in so many hours. The policy has a reminder 24 hours before. */
async function aBooking(hours: number) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const slotId = await aSlot(db, clinicId, doctorId, hours)
  const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
  return { ...practice, id }
}

/** Lets `hours` pass without a round: all that there is of a clinic is that much earlier. */
async function pass(clinicId: string, hours: number) {
  const earlier = (column: string) => `${column} = ${column} - $2 * interval '1 hour'`
  for (const change of [
    `app_public.bookings set during = tstzrange(lower(during) - $2 * interval '1 hour', upper(during) - $2 * interval '1 hour'),
       ${earlier('visit_starts_at')}, ${earlier('visit_ends_at')},
       slot_date = ((lower(during) - $2 * interval '1 hour') at time zone 'Europe/Berlin')::date`,
    `app_public.events set ${earlier('occurred_at')}`,
    `app_private.reminder_rounds set ${earlier('looked_at')}`,
  ]) {
    await superuser.query(`update ${change} where clinic_id = $1`, [clinicId, hours])
  }
}

/** How many sessions wait for a lock. */
const blocked = async () =>
  (
    await desk.one<{ n: number }>(
      'select count(*)::int as n from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0',
    )
  ).n

const missing = (clinicId: string) =>
  db.query('select lead_time::text, problem from app_private.bookings_missing_reminders where clinic_id = $1', [
    clinicId,
  ])

describe('a reminder', () => {
  it('that is due within 25 hours is written with the booking', async () => {
    const { clinicId } = await aBooking(49)
    expect(await reminders(clinicId)).toEqual(['0 pending 25'])
    expect(await round(clinicId, 0)).toBe(0)
    expect(await reminders(clinicId)).toHaveLength(1)
  })

  it('that is due later is written once, by the round that finds it due within 25 hours', async () => {
    const { clinicId } = await aBooking(100)
    expect(await reminders(clinicId)).toEqual([])
    expect(await round(clinicId, 50)).toBe(0)
    expect(await round(clinicId, 51)).toBe(1)
    expect(await round(clinicId, 52)).toBe(0)
    expect(await reminders(clinicId)).toEqual(['0 pending 76'])
  })

  it('is written for each lead time when it is due within 25 hours', async () => {
    const { clinicId } = await aBooking(200)
    await db.query(
      `update app_public.policies set reminder_lead_times = '{7 days, 24 hours, 1 day, 2 hours}' where clinic_id = $1`,
      [clinicId],
    )
    expect(await round(clinicId, 7)).toBe(1)
    expect(await round(clinicId, 151)).toBe(1)
    expect(await round(clinicId, 173)).toBe(1)
    expect(await reminders(clinicId)).toEqual(['0 pending 32', '0 pending 176', '0 pending 198'])
  })

  it('is for the new time of a booking that was moved before', async () => {
    const { clinicId, doctorId, id } = await aBooking(100)
    await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 120))
    expect(await round(clinicId, 51)).toBe(0)
    expect(await round(clinicId, 71)).toBe(1)
    expect(await reminders(clinicId)).toEqual(['1 pending 96'])
    // Moved once more after it was written.
    await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 140))
    expect(await round(clinicId, 91)).toBe(1)
    expect(await reminders(clinicId)).toEqual(['1 dropped 96', '2 pending 116'])
  })

  it('of a cancelled booking is never written', async () => {
    const { clinicId, id } = await aBooking(100)
    await cancel(db, clinicId, id)
    expect(await round(clinicId, 60)).toBe(0)
    expect(await reminders(clinicId)).toEqual([])
  })

  it('follows the rules that the clinic has when it is written', async () => {
    const { clinicId } = await aBooking(100)
    await db.query(`update app_public.policies set reminder_lead_times = '{30 hours}' where clinic_id = $1`, [clinicId])
    expect(await round(clinicId, 60)).toBe(1)
    expect(await reminders(clinicId)).toEqual(['0 pending 70'])
    const quiet = await aBooking(100)
    await db.query(`delete from app_public.notification_rules where clinic_id = $1 and kind = 'booking_reminder'`, [
      quiet.clinicId,
    ])
    expect(await round(quiet.clinicId, 60)).toBe(0)
  })

  it('that became due while no worker ran is written late', async () => {
    const { clinicId } = await aBooking(60)
    expect(await missing(clinicId)).toEqual([])
    // 40 hours later: it was due 4 hours ago.
    await pass(clinicId, 40)
    expect(await missing(clinicId)).toEqual([{ lead_time: '24:00:00', problem: 'missing' }])
    expect(await round(clinicId, 0)).toBe(1)
    expect(await reminders(clinicId)).toEqual(['0 pending -4'])
    expect(await missing(clinicId)).toEqual([])
    expect(await round(clinicId, 1)).toBe(0)
  })

  it('is not written for a booking whose appointment began while no worker ran', async () => {
    const { clinicId } = await aBooking(60)
    await pass(clinicId, 61)
    expect(await round(clinicId, 0)).toBe(0)
    expect(await missing(clinicId)).toEqual([])
  })

  it('is not written late for a booking made or moved after it was due, even if no worker ran', async () => {
    const { clinicId, doctorId, id } = await aBooking(100)
    await pass(clinicId, 40)
    // The last round was 40 hours ago. The reminder would have been due an hour ago.
    await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 23))
    expect(await missing(clinicId)).toEqual([])
    expect(await round(clinicId, 0)).toBe(0)
  })

  it('of a booking that somebody is changing is left to the next round, which does not wait', async () => {
    const { clinicId, id } = await aBooking(60)
    await desk.query('begin')
    await desk.query('select from app_public.bookings where id = $1 for no key update', [id])
    expect(await round(clinicId, 20)).toBe(0)
    await desk.query('rollback')
    expect(await round(clinicId, 21)).toBe(1)
  })

  it('that is being written while the booking is cancelled is dropped', async () => {
    const { clinicId, id } = await aBooking(60)
    await other.query('begin')
    expect(await round(clinicId, 20, other)).toBe(1)
    const cancelled = cancel(db, clinicId, id)
    await eventually(async () => (await blocked()) === 1, 'the cancellation waits for the round')
    await other.query('commit')
    await cancelled
    expect(await reminders(clinicId)).toEqual(['0 dropped 36'])
  })

  it('is written once by two workers at the same time, of which neither waits', async () => {
    const { clinicId } = await aBooking(60)
    await other.query('begin')
    expect(await round(clinicId, 20, other)).toBe(1)
    expect(await round(clinicId, 20)).toBe(0)
    await other.query('commit')
    expect(await round(clinicId, 20)).toBe(0)
    expect(await reminders(clinicId)).toHaveLength(1)
  })

  it('of a booking that is committed after its round is written by the next round', async () => {
    const practice = await aPractice(db)
    const { clinicId, doctorId, customer } = practice
    const slotId = await aSlot(db, clinicId, doctorId, 60)
    await desk.query('begin')
    await book(desk, clinicId, slotId, { customerId: customer.customerId })
    expect(await round(clinicId, 20)).toBe(0)
    await desk.query('commit')
    expect(await round(clinicId, 21)).toBe(1)
  })
})

describe('clinics_due_for_reminders', () => {
  it('lists a clinic half an hour after its last round', async () => {
    const { clinicId } = await aPractice(db)
    const isDue = async (minutes: number) =>
      (
        await db.query(
          `select from app_private.clinics_due_for_reminders(now() + $2 * interval '1 minute') where clinic_id = $1`,
          [clinicId, minutes],
        )
      ).length
    expect([await isDue(29), await isDue(30)]).toEqual([0, 1])
    await round(clinicId, 1)
    expect([await isDue(89), await isDue(90)]).toEqual([0, 1])
  })
})
