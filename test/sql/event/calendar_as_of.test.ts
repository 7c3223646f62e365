import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  book,
  cancel,
  checkIn,
  complete,
  createSlot,
  hold,
  noShow,
  release,
  reschedule,
  withdraw,
} from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aRowOfSlots } from '../../helpers/clinic/visits.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// The calendar at a past moment, computed from events, is compared with what it was at that moment.

/** The present calendar, in the form of calendar_as_of; archived rows have the state in which they were archived. */
const present = (db: Pick<Db, 'query'>, clinicId: string) =>
  db.query(
    `with slots as (
       select id, status, customer_id, doctor_id, slot_date, during, head_slot_id from app_public.booking_slots where clinic_id = $1
       union all select id, status, customer_id, doctor_id, slot_date, during, head_slot_id from app_public.archived_booking_slots where clinic_id = $1
     ), bookings as (
       select id, booking_slot_id, status, customer_id from app_public.bookings where clinic_id = $1
       union all select id, booking_slot_id, status, customer_id from app_public.archived_bookings where clinic_id = $1
     )
     select $1::bigint as clinic_id, s.id as booking_slot_id, s.doctor_id, s.slot_date, lower(s.during) as starts_at, upper(s.during) as ends_at,
       s.status as slot_status, s.customer_id, b.id as booking_id, b.status as booking_status, b.customer_id as booking_customer_id
     from slots s left join bookings b on b.booking_slot_id = s.id or b.booking_slot_id = s.head_slot_id and b.status <> 'cancelled'
     order by lower(s.during), s.id, b.id nulls first`,
    [clinicId],
  )

/** All pages of the calendar as of a moment, yesterday to a month from now. */
async function asOf(db: Pick<Db, 'query'>, clinicId: string, at: string, pageSize = 100) {
  const all = []
  for (let after: string | null = null; ; ) {
    const page: Record<string, unknown>[] = await db.query(
      'select * from app_public.calendar_as_of($1, $2, current_date - 1, current_date + 29, $3, $4)',
      [clinicId, at, after, pageSize],
    )
    all.push(...page.map(({ cursor: _, ...entry }) => entry))
    if (page.length < pageSize) return all
    after = page.at(-1)?.cursor as string
  }
}

describe('calendar_as_of', () => {
  let database: ClonedDatabase
  let db: Connection
  beforeAll(async () => {
    database = await cloneDatabase()
    db = await connect(database.url)
  })
  afterAll(async () => {
    await db?.close()
    await database?.drop()
  })
  /** A moment after all that was committed, to the microsecond. */
  const moment = async () => (await db.one<{ at: string }>('select clock_timestamp()::text as at')).at

  it('returns the calendar as it was after each of any operations, even when all of it has been archived', async () => {
    const steps = [
      'hold',
      'release',
      'book',
      'bookFor',
      'bookVisit',
      'cancel',
      'reschedule',
      'checkIn',
      'complete',
      'noShow',
      'withdraw',
      'expire',
      'newSlot',
      'reopen',
      'undone',
    ] as const
    const step = fc.record({ what: fc.constantFrom(...steps), who: fc.nat(2), one: fc.nat(20), other: fc.nat(20) })
    // Steps that random histories might not contain.
    const ordinary = (
      [
        ['hold', 0, 0],
        ['book', 0, 0],
        ['bookVisit', 6, 0],
        ['reschedule', 1, 7],
        ['reschedule', 0, 3],
        ['cancel', 0, 0],
        ['withdraw', 4, 0],
      ] as const
    ).map(([what, one, other]) => ({ what, who: 0, one, other }))
    const done = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 40 }), async (operations) => {
        const { clinicId, doctorId, receptionist, slotId } = await aPractice(db)
        const people = [await aCustomer(db), await aCustomer(db), await aCustomer(db)]
        const slots = [slotId]
        // Today's, on which patients come; others in the days ahead.
        for (const hours of [0, 1, 50, 75, 100]) slots.push(await aSlot(db, clinicId, doctorId, hours))
        // Three slots that adjoin each other, for visits of an hour.
        slots.push(...(await aRowOfSlots(db, clinicId, doctorId, 3, { hours: 60 })))
        const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
        const bookings: string[] = []
        const snapshots = [{ at: await moment(), was: await present(db, clinicId), after: 'the beginning' }]
        for (const { what, who, one, other } of operations) {
          const slot = slots[one % slots.length] as string
          const booking = bookings[one % (bookings.length || 1)] ?? '0'
          const { claims, customerId } = people[who] as (typeof people)[number]
          const asDesk = (work: () => Promise<unknown>) => db.request(receptionist.claims, work)
          const asPatient = (work: () => Promise<unknown>) => db.request(claims, work)
          const doIt: Record<(typeof steps)[number], () => Promise<unknown>> = {
            hold: () => asPatient(() => hold(db, clinicId, slot)),
            release: () => asPatient(() => release(db, clinicId, slot)),
            book: () => asPatient(async () => bookings.push((await book(db, clinicId, slot)).id)),
            bookFor: async () => bookings.push((await book(db, clinicId, slot, { customerId })).id),
            bookVisit: () => asPatient(async () => bookings.push((await book(db, clinicId, slot, { serviceId })).id)),
            cancel: () => asDesk(() => cancel(db, clinicId, booking, 'because')),
            reschedule: () => asDesk(() => reschedule(db, clinicId, booking, slots[other % slots.length] as string)),
            checkIn: () => asDesk(() => checkIn(db, clinicId, booking)),
            complete: () => asDesk(() => complete(db, clinicId, booking)),
            noShow: () => asDesk(() => noShow(db, clinicId, booking)),
            withdraw: () => asDesk(() => withdraw(db, clinicId, slot, { cascade: true })),
            expire: async () => {
              await db.query(
                `update app_public.booking_slots set held_until = now() where id = $1 and status = 'held'`,
                [slot],
              )
              await db.query('select app_private.release_expired_holds()')
            },
            newSlot: async () => slots.push(await aSlot(db, clinicId, doctorId, 110 + slots.length)),
            // Its time slot has other hours than the slot, so the first time another slot takes its place.
            reopen: async () => {
              const { time_slot_id, slot_date } = await db.one<{ time_slot_id: string; slot_date: string }>(
                'select time_slot_id, slot_date::text from app_public.booking_slots where id = $1',
                [slot],
              )
              slots.push((await createSlot(db, clinicId, doctorId, time_slot_id, slot_date)).id)
            },
            undone: () =>
              asDesk(async () => {
                await withdraw(db, clinicId, slot, { cascade: true })
                throw new Error('and nothing of it stays')
              }),
          }
          // A refused step leaves the calendar as it was, which is compared as well.
          await doIt[what]().then(
            () => done.add(what),
            () => undefined,
          )
          snapshots.push({ at: await moment(), was: await present(db, clinicId), after: what })
        }
        const check = async () => {
          for (const { at, was, after } of snapshots)
            expect({ after, was: await asOf(db, clinicId, at) }).toEqual({ after, was })
        }
        await check()
        await db.query(`update app_public.bookings set status = 'completed' where status = 'checked_in'`)
        while (
          (await db.one<{ n: number }>(`select app_private.archive_past_slots(500, now() + interval '1 year') as n`))
            .n > 0
        );
        await db.query(`select app_private.remove_old_records(1000, now() + interval '10 years')`)
        expect(await db.query('select from app_public.booking_slots where clinic_id = $1', [clinicId])).toEqual([])
        await check()
      }),
      { numRuns: 9, examples: [[ordinary]] },
    )
    expect([...done]).toEqual(expect.arrayContaining(['hold', 'book', 'bookVisit', 'cancel', 'reschedule', 'withdraw']))
  })

  it('includes each transaction completely or not at all, in the order in which they changed the slot', async () => {
    const { clinicId, slotId, customer } = await aPractice(db)
    const early = await connect(database.url)
    try {
      // This transaction begins first and writes second.
      await early.query('begin')
      await early.query('select pg_current_xact_id()')
      const { id } = await db.request(customer.claims, () => book(db, clinicId, slotId))
      const [at, was] = [await moment(), await present(db, clinicId)]
      await early.query('select app_public.withdraw_slot($1, $2, true)', [clinicId, slotId])
      await early.query('commit')
      expect(await asOf(db, clinicId, at)).toEqual(was)
      expect(was).toMatchObject([{ slot_status: 'booked', booking_id: id, booking_status: 'booked' }])
      expect(await asOf(db, clinicId, await moment())).toEqual(await present(db, clinicId))

      // At every microsecond at which an event was written the booked slot has its booking, and no other has.
      const written = await db.query<{ at: string }>(
        'select distinct recorded_at::text as at from app_public.events where clinic_id = $1',
        [clinicId],
      )
      for (const { at: instant } of written)
        for (const entry of await asOf(db, clinicId, instant))
          expect(entry.slot_status === 'booked').toBe(entry.booking_status === 'booked')
    } finally {
      await early.close()
    }
  })

  it('returns pages in the order of time', async () => {
    const { clinicId, doctorId, slotId, customer } = await aPractice(db)
    for (const hours of [60, 61, 62]) await aSlot(db, clinicId, doctorId, hours)
    // A slot that appears in the calendar with three bookings.
    for (const reason of ['one', 'two']) {
      const { id } = await db.request(customer.claims, () => book(db, clinicId, slotId))
      await db.request(customer.claims, () => cancel(db, clinicId, id, reason))
    }
    await db.request(customer.claims, () => book(db, clinicId, slotId))
    const at = await moment()
    const all = await asOf(db, clinicId, at)
    expect(all).toHaveLength(6)
    for (const pageSize of [1, 2, 3, 6]) expect(await asOf(db, clinicId, at, pageSize)).toEqual(all)
  })

  it('returns nothing for a time before the slot existed', async () => {
    const { clinicId } = await aPractice(db)
    expect(await asOf(db, clinicId, '2020-01-01')).toEqual([])
    expect(await asOf(db, clinicId, '-infinity')).toEqual([])
    expect(await asOf(db, clinicId, 'infinity')).toEqual(await present(db, clinicId))
  })

  it('uses the start of the transaction for events without a recorded time', async () => {
    const { clinicId } = await aPractice(db)
    await db.query('begin; alter table app_public.events disable trigger events_are_never_changed')
    await db.query('update app_public.events set recorded_at = null where clinic_id = $1', [clinicId])
    expect(await asOf(db, clinicId, await moment())).toEqual(await present(db, clinicId))
    await db.query('rollback')
  })

  it('requires a range of at most 31 days, a point in time, and a page size', () =>
    inTransaction(async (transaction) => {
      const { clinicId } = await aPractice(transaction)
      for (const rest of [
        `null, current_date`,
        `now(), current_date, current_date - 1`,
        `now(), current_date, current_date + 31`,
        `now(), current_date, current_date, 'x'`,
        `now(), current_date, current_date, null, 0`,
        `now(), current_date, current_date, null, 101`,
      ])
        await expectRefusal(
          transaction.query(`select * from app_public.calendar_as_of($1, ${rest})`, [clinicId]),
          'invalid_argument',
        )
      expect(
        await transaction.query('select * from app_public.calendar_as_of($1, now(), current_date)', [clinicId]),
      ).toEqual([])
    }))
})
