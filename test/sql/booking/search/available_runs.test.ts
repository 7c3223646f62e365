import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { book } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aRowOfSlots, aVisitPractice } from '../../../helpers/clinic/visits.ts'
import { aClinic, aCustomer, aDoctor, aTimeSlot, noonZone } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// available_slots with a service: the starts of free runs. A property test compares it with an oracle that counts free
// minutes, and with what slot_bookability says of every slot.

interface Start {
  cursor: string
  booking_slot_id: string
  starts_at: Date
  ends_at: Date
  local_start: string
}

const search = (db: Db, clinicId: string, serviceId: string, more: Record<string, unknown> = {}) => {
  const given = { clinic_id: clinicId, service_id: serviceId, ...more }
  return db.query<Start & Record<string, unknown>>(
    `select * from app_public.available_slots(${Object.keys(given).map((name, i) => `${name} => $${i + 1}`)})`,
    Object.values(given),
  )
}

/** All pages, one after the other. */
async function everyPage(
  db: Db,
  clinicId: string,
  serviceId: string,
  size: number,
  more: Record<string, unknown> = {},
) {
  const found: Start[] = []
  for (let after: string | null = null; ; ) {
    const page: Start[] = await search(db, clinicId, serviceId, { ...more, page_size: size, after })
    found.push(...page)
    expect(page.length).toBeLessThanOrEqual(size)
    if (page.length < size) return found
    after = page.at(-1)?.cursor ?? null
  }
}

const minute = 60_000

/** What follows in a doctor's day: a gap, or a slot in some state. */
const piece = fc.record({
  minutes: fc.constantFrom(10, 15, 15, 15, 20, 30),
  state: fc.oneof(
    { arbitrary: fc.constant('open' as const), weight: 10 },
    {
      arbitrary: fc.constantFrom('gap', 'withdrawn', 'held', 'expired', 'reserved', 'reserved for another'),
      weight: 5,
    },
  ),
})
const visits = fc.record({
  duration: fc.option(fc.constantFrom(10, 15, 30, 40, 45, 60, 90), { freq: 6 }),
  before: fc.constantFrom(0, 0, 0, 5, 15),
  after: fc.constantFrom(0, 0, 10, 15),
  /** The first doctor's own duration. */
  own: fc.option(fc.constantFrom(15, 20, 75), { freq: 2 }),
  startEvery: fc.option(fc.constantFrom(15, 20, 60), { freq: 2 }),
  leadHours: fc.option(fc.constantFrom(0, 40, 55), { freq: 2 }),
})
type Piece = { minutes: number; state: string }
// Tried in every run, so that some pages are full: 19 starts of each doctor.
const wholeDay = Array.from({ length: 20 }, () => ({ minutes: 15, state: 'open' }) as const)
const twoSlots = { duration: 30, before: 0, after: 0, own: null, startEvery: null, leadHours: null } as const

// Both doctors have starts at the same moments, each with a gap after it, on pages of one.
const separateHours = Array.from(
  { length: 8 },
  (_, i) => ({ minutes: 30, state: i % 2 === 0 ? 'open' : 'gap' }) as const,
)
const sameStarts = (isReversed: boolean) =>
  [[separateHours, separateHours], twoSlots, 1, isReversed] as [(typeof separateHours)[], typeof twoSlots, 1, boolean]

type Visit = typeof visits extends fc.Arbitrary<infer Each> ? Each : never

/** Buffers belong to services with a duration. */
const buffersOf = ({ duration, before, after }: Visit) =>
  duration === null ? { before: 0, after: 0 } : { before, after }

/** A service of these doctors, the first of whom may have a duration of their own. */
async function aServiceOf(db: Db, clinicId: string, doctors: string[], visit: Visit): Promise<string> {
  const { before, after } = buffersOf(visit)
  const serviceId = await aService(db, clinicId, {
    doctors,
    duration: visit.duration && `${visit.duration} minutes`,
    buffer_before: `${before} minutes`,
    buffer_after: `${after} minutes`,
    start_every: visit.startEvery && `${visit.startEvery} minutes`,
    lead_time: visit.leadHours === null ? null : `${visit.leadHours} hours`,
  })
  if (visit.own !== null)
    await db.query(`update app_public.doctor_services set duration = $3 where doctor_id = $1 and service_id = $2`, [
      doctors[0],
      serviceId,
      `${visit.own} minutes`,
    ])
  return serviceId
}

interface Made {
  id: string
  doctor_id: string
  starts_at: Date
  ends_at: Date
}

/** The slots of a doctor's day, one after the other, without the gaps. */
function slotsOf(doctor: string, pieces: Piece[], first: Date) {
  let at = first.getTime()
  const all = pieces.map(({ minutes, state }, n) => {
    const starts = at
    at += minutes * minute
    return { doctor, n, starts: new Date(starts), ends: new Date(at), state }
  })
  return all.filter(({ state }) => state !== 'gap')
}

/** The oracle: the free minutes, each with its doctor. */
function freeMinutes(slots: ReturnType<typeof slotsOf>): Set<string> {
  const free = new Set<string>()
  for (const { doctor, starts, ends } of slots.filter(({ state }) => ['open', 'expired', 'reserved'].includes(state)))
    for (let at = starts.getTime(); at < ends.getTime(); at += minute) free.add(`${doctor} ${at}`)
  return free
}

/** Whether all minutes of a visit and its buffers are free; without a length, those of the slot. */
function isFree(
  slot: Made,
  free: Set<string>,
  visit: { before: number; length: number | null; after: number },
): boolean {
  const { before, length, after } = visit
  const start = slot.starts_at.getTime()
  const end = length === null ? slot.ends_at.getTime() : start + (before + length + after) * minute
  for (let at = start; at < end; at += minute) if (!free.has(`${slot.doctor_id} ${at}`)) return false
  return true
}

/** Whether a visit may begin then, by the clock of Kathmandu and the lead time. */
function mayBegin(at: number, visit: { startEvery: number | null; leadHours: number | null }, now: Date): boolean {
  const offset = 345 * minute
  return (
    (visit.startEvery === null || (at + offset) % (visit.startEvery * minute) === 0) &&
    at >= now.getTime() + (visit.leadHours ?? 0) * 60 * minute
  )
}

describe('available_slots with a service', () => {
  it('finds exactly the starts from which the minutes of a visit are free, in order, whatever the size of a page', () =>
    inTransaction(async (db) => {
      const zone = 'Asia/Kathmandu'
      const clinicId = await aClinic(db, zone)
      const doctors = [await aDoctor(db, clinicId), await aDoctor(db, clinicId)]
      const timeSlotIds: string[] = []
      for (let i = 0; i < 80; i++) timeSlotIds.push(await aTimeSlot(db, clinicId))
      const { customerId } = await aCustomer(db)
      const { first, now } = await db.one<{ first: Date; now: Date }>(
        `select (current_date + 2)::timestamp at time zone 'UTC' as first, now()`,
      )
      let most = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(piece, { minLength: 1, maxLength: 40 }), { minLength: 2, maxLength: 2 }),
          visits,
          fc.constantFrom(1, 2, 7, 100),
          // Ids of slots at one moment in the order of the doctors, or in the opposite one.
          fc.boolean(),
          (days, visit, size, isReversed) =>
            db.undone(async () => {
              const { before, after } = buffersOf(visit)
              const serviceId = await aServiceOf(db, clinicId, doctors, visit)
              const other = await aService(db, clinicId, { doctors })
              const slots = days.flatMap((pieces, d) => slotsOf(doctors[d] as string, pieces, first))
              const made = await db.query<Made & Record<string, unknown>>(
                `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id, held_until, service_id)
                 select $1, s.doctor, ($2::bigint[])[1 + s.n], (s.starts at time zone $3)::date, tstzrange(s.starts, s.ends),
                   (case when s.state in ('held', 'expired') then 'held' when s.state = 'withdrawn' then 'withdrawn' else 'open' end)::app_public.slot_status,
                   case when s.state in ('held', 'expired') then $4::bigint end,
                   case s.state when 'held' then now() + interval '5 minutes' when 'expired' then now() end,
                   case s.state when 'reserved' then $5::bigint when 'reserved for another' then $6::bigint end
                 from jsonb_to_recordset($7) s (doctor bigint, n int, starts timestamptz, ends timestamptz, state text)
                 order by case when $8 then -s.doctor else s.doctor end, s.n
                 returning id, doctor_id, starts_at, ends_at`,
                [clinicId, timeSlotIds, zone, customerId, serviceId, other, JSON.stringify(slots), isReversed],
              )
              const free = freeMinutes(slots)
              const lengthOf = ({ doctor_id }: Made) =>
                doctor_id === doctors[0] ? (visit.own ?? visit.duration) : visit.duration
              const expected = made
                .filter((slot) => isFree(slot, free, { before, length: lengthOf(slot), after }))
                .filter(({ starts_at }) => mayBegin(starts_at.getTime() + before * minute, visit, now))
                .sort((a, b) => a.starts_at.getTime() - b.starts_at.getTime() || Number(a.id) - Number(b.id))
                .map(({ id }) => id)
              const found = await everyPage(db, clinicId, serviceId, size)
              expect(found.map((start) => start.booking_slot_id)).toEqual(expected)
              for (const start of found) {
                const slot = made.find(({ id }) => id === start.booking_slot_id)
                expect(start.starts_at.getTime()).toBe((slot?.starts_at.getTime() ?? 0) + before * minute)
              }
              const bookable = await db.query<{ id: string }>(
                `select s.id from unnest($1::bigint[]) s (id), app_public.slot_bookability($2, s.id, $3) b where b.is_bookable`,
                [made.map(({ id }) => id), clinicId, serviceId],
              )
              expect(new Set(bookable.map(({ id }) => id))).toEqual(new Set(expected))
              most = Math.max(most, expected.length)
            }),
        ),
        {
          numRuns: 60,
          endOnFailure: false,
          examples: [
            [[wholeDay, wholeDay], twoSlots, 7, false],
            ...[false, true].map((isReversed) => sameStarts(isReversed)),
          ],
        },
      )
      expect(most).toBeGreaterThanOrEqual(38)
    }))

  it('shows starts that can all be booked, each by itself', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      const found = await search(db, clinicId, longVisit)
      expect(found.map((start) => start.booking_slot_id)).toEqual(slotIds.slice(0, 3))
      for (const start of found) {
        const booking = await db.undone(() =>
          db.as(customer.claims, () => book(db, clinicId, start.booking_slot_id, { serviceId: longVisit })),
        )
        expect(booking).toMatchObject({ visit_starts_at: start.starts_at, visit_ends_at: start.ends_at })
      }
    }))

  it('takes runs across midnight and across several days of searching', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, longVisit } = await aVisitPractice(db, 'America/New_York')
      const [from] = await db.query(`select (current_date + 20)::text as day`)
      const slotIds = await aRowOfSlots(db, clinicId, doctorId, 5, {
        from: `(date '${from?.day}')::timestamp at time zone 'America/New_York' - interval '1 hour'`,
      })
      const found = await search(db, clinicId, longVisit, { from_time: new Date(Date.now() + 10 * 86_400_000) })
      expect(found.map(({ booking_slot_id, local_start }) => [booking_slot_id, local_start])).toEqual([
        [slotIds[0], '23:00:00'],
        [slotIds[1], '23:30:00'],
      ])
      // By date it is the day on which the visit's first slot begins.
      expect(await search(db, clinicId, longVisit, { from_date: from?.day })).toEqual([])
    }))

  it('finds nothing for a service that only the desk books, except for the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, receptionist, check } = await aVisitPractice(db)
      await db.query(`update app_public.services set bookable_by = 'desk' where id = $1`, [check])
      expect(await db.as(customer.claims, () => search(db, clinicId, check))).toEqual([])
      expect(await db.as({}, () => search(db, clinicId, check))).toEqual([])
      expect(await db.as(receptionist.claims, () => search(db, clinicId, check))).toHaveLength(6)
    }))

  it('needs the clinic, an active service, and a doctor who offers it', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, check, firstVisit } = await aVisitPractice(db)
      const colleague = await aDoctor(db, clinicId)
      await db.as({}, async () => {
        await expectRefusal(
          db.query('select app_public.available_slots(service_id => $1)', [check]),
          'invalid_argument',
        )
        await expectRefusal(search(db, clinicId, '0'), 'service_not_found')
        await expectRefusal(search(db, clinicId, check, { doctor_id: colleague }), 'service_not_offered')
      })
      await db.query('update app_public.services set is_active = false where id = $1', [firstVisit])
      await expectRefusal(search(db, clinicId, firstVisit), 'service_not_found')
      // The other doctor of the practice has a free slot, and does not offer it.
      expect((await search(db, clinicId, check)).map((start) => start.booking_slot_id)).not.toContain(slotId)
    }))

  it('leaves reserved slots to their service', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, check, firstVisit } = await aVisitPractice(db)
      await db.query('update app_public.booking_slots set service_id = $2 where id = $1', [slotIds[2], check])
      const plain = await db.query<Start>('select * from app_public.available_slots($1, $2)', [clinicId, doctorId])
      expect(plain.map((start) => start.booking_slot_id)).toEqual(slotIds.filter((id) => id !== slotIds[2]))
      const starts = async (serviceId: string) => (await search(db, clinicId, serviceId)).map((s) => s.booking_slot_id)
      expect(await starts(check)).toEqual(slotIds)
      expect(await starts(firstVisit)).toEqual([slotIds[0], slotIds[3], slotIds[4]])
    }))

  it('finds the days with starts of a visit', () =>
    inTransaction(async (db) => {
      // Where the slots, from now on, are not divided by midnight.
      const { clinicId, doctorId, longVisit, check } = await aVisitPractice(db, noonZone())
      await aRowOfSlots(db, clinicId, doctorId, 3, { hours: 24 * 9 })
      const days = async (serviceId: string) =>
        (
          await db.query('select slot_date::text as day from app_public.days_with_free_slots($1, service_id => $2)', [
            clinicId,
            serviceId,
          ])
        ).length
      expect([await days(longVisit), await days(check)]).toEqual([1, 2])
    }))
})

it('a visit of an hour finds no run over an hour that the clocks skip, and one over an hour that occurs twice', () =>
  inTransaction(async (db) => {
    const clinicId = await aClinic(db, 'Europe/Berlin')
    await db.query(`update app_public.policies set horizon = '800 days' where clinic_id = $1`, [clinicId])
    const doctorId = await aDoctor(db, clinicId)
    const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
    // Half hours from 1:00 to 4:00, which generation makes into slots.
    for (let h = 2; h < 8; h++) {
      const time = (half: number) => `0${Math.floor(half / 2)}:${half % 2 === 0 ? '00' : '30'}`
      const timeSlotId = await aTimeSlot(db, clinicId, time(h), time(h + 1))
      for (const weekday of [6, 7])
        await db.query(
          `insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday) values ($1, $2, $3, $4)`,
          [clinicId, doctorId, timeSlotId, weekday],
        )
    }
    const { spring, autumn } = await db.one<{ spring: string; autumn: string }>(
      `select max(day) filter (where extract(month from day) = 3)::text as spring, max(day) filter (where extract(month from day) = 10)::text as autumn
       from generate_series(date_trunc('year', now() at time zone 'UTC' + interval '1 year'), date_trunc('year', now() at time zone 'UTC' + interval '2 years'), '1 day') d (at),
         lateral (select at::date as day) x
       where extract(isodow from day) = 7 and extract(month from day) in (3, 10)`,
    )
    const starts = async (day: string) => {
      await db.query('select app_public.generate_booking_slots($1, $2, $2)', [clinicId, day])
      const found = await search(db, clinicId, serviceId, { from_date: day, to_date: day })
      return found.map(({ local_start, starts_at, ends_at }) => {
        expect(ends_at.getTime() - starts_at.getTime()).toBe(60 * minute)
        return local_start.slice(0, 5)
      })
    }
    // 2:00 does not exist, so no slot begins or ends then, and the slot at 1:00 has no adjoining one.
    expect(await starts(spring)).toEqual(['03:00'])
    // A local time that occurs twice means its first occurrence. The slot that begins at 2:30 ends at 3:00, which is an
    // hour and a half later.
    expect(await starts(autumn)).toEqual(['01:00', '01:30', '02:00', '02:30', '03:00'])
  }))
