import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { aClinic, aCustomer, aDoctor, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../../helpers/database/database.ts'
import { policy } from '../claiming.ts'

// available_slots has a statement for each shape of a search and goes through the dates in pieces. For every search,
// the result must be that of one plain statement that reads everything.

/** From the last place where a date goes on to the first, with a zone whose clock makes midnight twice. */
const zones = [
  'Etc/GMT+12',
  'Pacific/Pago_Pago',
  'Atlantic/Azores',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
]
const doctorsOfAClinic = 9

/** Each run of the tests makes other searches. */
const runs = Number(process.env.FUZZ_RUNS ?? 80)

/**
 * The zone of a clinic, a zone of another clinic's country, an old name of a clinic's zone, a zone in a region with
 * clinics, and a zone far from all clinics.
 */
const nearZones = ['Europe/Berlin', 'Atlantic/Madeira', 'Pacific/Samoa', 'Pacific/Auckland', 'America/New_York']

interface World {
  clinics: string[]
  doctors: { clinic_id: string; id: string }[]
  /**
   * A specialization that few doctors have, one that so many have that they are not read one by one, and one that
   * nobody has.
   */
  specializations: string[]
}

/**
 * Slots around the clock for some days, and a few after a gap of weeks: free, held, with an expired hold, or withdrawn.
 */
async function aWorld(db: Db): Promise<World> {
  const specializations: string[] = []
  for (const name of ['rare', 'common', 'of nobody']) {
    const { id } = await db.one<{ id: string }>(
      'insert into app_public.specializations (name) values ($1) returning id',
      [name],
    )
    specializations.push(id)
  }
  const [rare, common] = specializations
  const { customerId } = await aCustomer(db)
  const world: World = { clinics: [], doctors: [], specializations }
  for (const [c, zone] of zones.entries()) {
    const clinicId = await aClinic(db, zone)
    // The booking window ends exactly when a slot of the first doctor begins, which counts as inside.
    if (c % 3 === 1) await policy(db, clinicId, `lead_time = '31 hours'`)
    if (c % 3 === 2) await policy(db, clinicId, `horizon = '169 hours'`)
    // With two time slots, a doctor may have two slots on one date.
    const timeSlotIds = [await aTimeSlot(db, clinicId), await aTimeSlot(db, clinicId)]
    world.clinics.push(clinicId)
    for (let d = 0; d < doctorsOfAClinic; d++) {
      const id = await aDoctor(db, clinicId)
      world.doctors.push({ clinic_id: clinicId, id })
      await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, id, common])
      if (d === 0)
        await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, id, rare])
      // A slot a day at another hour for each doctor; several doctors share an hour. The first begins at this moment.
      await db.query(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id, held_until)
         select $1, $2, ($3::bigint[])[1 + n % 2], (at at time zone $4)::date, tstzrange(at, at + interval '20 minutes'), s.status,
           case when s.status = 'held' then $5::bigint end,
           case when s.status = 'held' then now() + case when n % 2 = 1 then interval '0' else interval '5 minutes' end end
         from (select n from generate_series(0, 9) n union all select generate_series(51, 201, 50)) days (n)
         cross join lateral (select now() + make_interval(days => n, hours => case when n = 0 then 0 else ($6 * 5 + n * 7) % 24 end)) t (at)
         cross join lateral (select (array['open', 'held', 'open', 'withdrawn', 'held'])[1 + (n + $6) % 5]::app_public.slot_status) s (status)`,
        [clinicId, id, timeSlotIds, zone, customerId, d],
      )
    }
  }
  return world
}

interface Search {
  clinic_id: string | null
  doctor_id: string | null
  specialization_id: string | null
  from_time: string | null
  to_time: string | null
  after: string | null
  page_size: number
  from_date: string | null
  to_date: string | null
  near_time_zone: string | null
}

/** The rules in the comment of available_slots as one plain statement, without its optimizations. */
const reference = `
  select concat(x.distance, encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex')) as cursor, bs.clinic_id, c.name as clinic_name, c.time_zone,
    bs.doctor_id, d.full_name as doctor_name, bs.id as booking_slot_id, bs.slot_date, bs.starts_at, bs.ends_at,
    (bs.starts_at at time zone c.time_zone)::time as local_start, (bs.ends_at at time zone c.time_zone)::time as local_end,
    x.distance::int as zone_distance
  from app_public.booking_slots bs
  join app_public.clinics c on c.id = bs.clinic_id
  join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
  join app_public.policies p on p.clinic_id = bs.clinic_id
  -- Text, so that it goes before a cursor; null is a search without a zone.
  cross join lateral (select case
    when $1::bigint is not null or $10::text is null then null
    when c.time_zone = $10 then '0'
    when $10 = 'Atlantic/Madeira' and c.time_zone = 'Atlantic/Azores' or $10 = 'Pacific/Samoa' and c.time_zone = 'Pacific/Pago_Pago' then '1'
    when split_part(c.time_zone, '/', 1) = split_part($10, '/', 1) then '2'
    else '3' end as distance) x
  where (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now())
    and bs.starts_at > now() and bs.starts_at >= now() + p.lead_time and bs.starts_at <= now() + p.horizon
    and ($1::bigint is null or bs.clinic_id = $1) and ($2::bigint is null or bs.doctor_id = $2)
    and ($3::bigint is null or exists (
      select from app_public.doctor_specializations ds
      where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = $3))
    and ($4::timestamptz is null or bs.starts_at >= $4) and ($5::timestamptz is null or bs.starts_at < $5)
    and ($6::text is null or concat(x.distance, encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex')) > $6 collate "C")
    and ($8::date is null or bs.slot_date >= $8) and ($9::date is null or bs.slot_date <= $9)
  order by x.distance, bs.starts_at, bs.id limit $7`

/** The arguments of available_slots, in their order. */
const parameters = [
  ...(['clinic_id', 'doctor_id', 'specialization_id', 'from_time', 'to_time', 'after', 'page_size'] as const),
  ...(['from_date', 'to_date', 'near_time_zone'] as const),
]

const asked = (world: World, times: string[], dates: string[], cursors: string[]): fc.Arbitrary<Search> => {
  const sometimes = <T>(values: T[]) => fc.option(fc.constantFrom(...values), { freq: 1, nil: null })
  return fc
    .record({
      of: fc.oneof(
        fc.constant({ clinic_id: null, doctor_id: null }),
        fc.constantFrom(...world.clinics).map((clinic_id) => ({ clinic_id, doctor_id: null })),
        fc.constantFrom(...world.doctors).map(({ clinic_id, id }) => ({ clinic_id, doctor_id: id })),
      ),
      specialization_id: sometimes(world.specializations),
      from_time: sometimes(times),
      to_time: sometimes(times),
      after: sometimes(cursors),
      page_size: fc.constantFrom(1, 3, 20, 100),
      from_date: sometimes(dates),
      to_date: sometimes(dates),
      near_time_zone: sometimes(nearZones),
      after_distance: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ of, after_distance, ...rest }) => {
      // A cursor of a search near a zone says how far that slot is.
      const far = rest.near_time_zone && !of.clinic_id && rest.after ? after_distance : ''
      return { ...of, ...rest, after: rest.after && far + rest.after }
    })
}

it('finds the same slots as a plain statement, for random arguments', () =>
  inTransaction(async (db) => {
    const world = await aWorld(db)
    const all = await db.query<{ time: string; date: string; cursor: string }>(
      `select distinct starts_at::text as time, slot_date::text as date,
         encode(timestamptz_send(starts_at) || int8send(id), 'hex') as cursor from app_public.booking_slots`,
    )
    const of = (what: 'time' | 'date' | 'cursor', ...more: string[]) => [
      ...new Set([...all.map((row) => row[what]), ...more]),
    ]
    const times = of('time', '-infinity', 'infinity', '4713-11-24 00:00:00+00 BC', '294276-12-31 23:59:59+00')
    const dates = of('date', '-infinity', 'infinity', '1999-01-01', '4713-11-24 BC', '20271-03-04', '5874897-12-31')
    let rows = 0
    await fc.assert(
      fc.asyncProperty(asked(world, times, dates, of('cursor', '1'.padStart(32, '0'))), async (search) => {
        const values = parameters.map((name) => search[name])
        const expected = await db.query(reference, values)
        const found = await db.as({}, () =>
          db.query('select * from app_public.available_slots($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', values),
        )
        expect(found).toEqual(expected)
        rows += found.length
      }),
      { numRuns: 4 * runs },
    )
    // Of so many searches, some found something.
    expect(rows).toBeGreaterThan(20)
  }))

it('lists the dates on which the search finds a slot, for random arguments', () =>
  inTransaction(async (db) => {
    const world = await aWorld(db)
    const sometimes = <T>(values: T[]) => fc.option(fc.constantFrom(...values), { nil: null })
    const asked = fc.record({
      of: fc.constantFrom(
        { clinic_id: null, id: null },
        ...world.clinics.map((clinic_id) => ({ clinic_id, id: null })),
        ...world.doctors,
      ),
      specialization: sometimes(world.specializations),
      from: sometimes([-2, 0, 1, 3, 40, 500]),
      length: fc.constantFrom(1, 7, 62),
    })
    let rows = 0
    await fc.assert(
      fc.asyncProperty(asked, async ({ of, specialization, from, length }) => {
        const values = [of.clinic_id, of.id, specialization]
        const range =
          from === null
            ? 'current_date - 1, current_date + 30'
            : `current_date + ${from}, current_date + ${from + length - 1}`
        const days = await db.as({}, () =>
          db.query(`select slot_date::text as day from app_public.days_with_free_slots($1, $2, $3, ${range})`, values),
        )
        const [start, end] = range.split(', ')
        const expected = await db.query(
          `select distinct slot_date::text as day from (${reference}) found order by day`,
          [...values, null, null, null, 100_000].concat(
            Object.values(await db.one(`select (${start})::text as a, (${end})::text as b`)),
            null,
          ),
        )
        expect(days).toEqual(expected)
        rows += days.length
      }),
      { numRuns: 2 * runs },
    )
    expect(rows).toBeGreaterThan(20)
  }))
