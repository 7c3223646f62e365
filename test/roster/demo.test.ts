import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { loadDemoData } from '../../src/roster/demo.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { expectRefusal } from '../helpers/database/database.ts'

let database: ClonedDatabase
let db: Connection
let loaded: boolean[]

beforeAll(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  // As when two programs start at once on an empty database.
  loaded = await Promise.all([loadDemoData(database.url), loadDemoData(database.url)])
})

afterAll(async () => {
  await db?.close()
  await database?.drop()
})

it('is loaded once, and not into a database with a clinic', async () => {
  expect(loaded.sort()).toEqual([false, true])
  expect(await loadDemoData(database.url)).toBe(false)
})

it('leaves no function behind, and is refused by a database in production', async () => {
  expect(await db.query(`select proname from pg_proc where prosrc like '%medislot-demo%'`)).toEqual([])
  const production = await cloneDatabase()
  const owner = await connect(production.url)
  try {
    await owner.query('select app_private.declare_production()')
    await expectRefusal(loadDemoData(production.url), 'forbidden')
    expect(await owner.query('select from app_private.accounts')).toEqual([])
  } finally {
    await owner.close()
    await production.drop()
  }
})

it('has three clinics in three zones, with doctors for everybody', async () => {
  expect(
    await db.query(
      `select c.name, c.time_zone, (select count(*)::int from app_public.doctors d where d.clinic_id = c.id) as doctors
       from app_public.clinics c order by c.id`,
    ),
  ).toEqual([
    { name: 'Riverside Medical Centre', time_zone: 'Europe/Berlin', doctors: 12 },
    { name: 'Harbour Family Health', time_zone: 'America/New_York', doctors: 12 },
    { name: 'Lagoon Island Clinic', time_zone: 'Australia/Lord_Howe', doctors: 12 },
  ])
})

it('has slots on every working day of the next two weeks, by the clinic’s own clock', async () => {
  const days = await db.query(
    `select c.name, extract(isodow from day)::int as weekday, count(bs.id)::int as slots,
       min((bs.starts_at at time zone c.time_zone)::time)::text as first, max((bs.starts_at at time zone c.time_zone)::time)::text as last,
       bool_and((bs.starts_at at time zone c.time_zone)::date = bs.slot_date) as on_their_day
     from app_public.clinics c
     -- from tomorrow on: of today, part may have passed
     cross join lateral (select (now() at time zone c.time_zone)::date + n as day from generate_series(1, 13) n) d
     left join app_public.booking_slots bs on bs.clinic_id = c.id and bs.slot_date = d.day
     group by c.id, c.name, d.day order by c.id, d.day`,
  )
  expect(days).toHaveLength(3 * 13)
  const hours = {
    Riverside: ['08:00:00', '16:30:00'],
    Harbour: ['09:00:00', '17:00:00'],
    // the night call of Friday to Sunday
    Lagoon: ['07:30:00', '23:30:00'],
  }
  for (const [name, [first, last]] of Object.entries(hours)) {
    const ofClinic = days.filter((day) => String(day.name).startsWith(name) && day.slots > 0)
    expect(ofClinic.filter((day) => day.weekday <= 5 && day.slots > 60)).toHaveLength(
      days.filter((day) => String(day.name).startsWith(name) && day.weekday <= 5).length,
    )
    expect([
      ofClinic.map((day) => day.first).sort()[0],
      ofClinic
        .map((day) => day.last)
        .sort()
        .at(-1),
    ]).toEqual([first, last])
    expect(ofClinic.every((day) => day.on_their_day)).toBe(true)
  }
})

it('each clinic has absences of one doctor and of all doctors, after the dates with slots', async () => {
  expect(
    await db.query(
      `select kind, count(distinct clinic_id)::int as clinics, bool_and((doctor_id is null) = (kind = 'closure')) as as_meant,
         bool_and(first_date > current_date + 30) as later
       from app_public.absences group by kind order by kind`,
    ),
  ).toEqual([
    { kind: 'closure', clinics: 3, as_meant: true, later: true },
    { kind: 'vacation', clinics: 3, as_meant: true, later: true },
    { kind: 'training', clinics: 3, as_meant: true, later: true },
  ])
})

it('a patient and her child wait at one clinic for times after the slots that are made', async () => {
  expect(
    await db.query(
      `select c.name, p.full_name, s.name as service, w.state, w.from_date > current_date + 20 as later
       from app_public.waiting_list w join app_public.clinics c on c.id = w.clinic_id
       join app_public.customers p on p.id = w.customer_id
       left join app_public.services s on s.clinic_id = w.clinic_id and s.id = w.service_id order by w.id`,
    ),
  ).toEqual([
    {
      name: 'Riverside Medical Centre',
      full_name: 'Mia Schneider',
      service: 'First visit',
      state: 'waiting',
      later: true,
    },
    { name: 'Riverside Medical Centre', full_name: 'Lea Schneider', service: null, state: 'waiting', later: true },
  ])
})

it('a patient of one clinic has a series of three weekly visits with one doctor, after the slots that are made', async () => {
  expect(
    await db.query(
      `select c.name, cc.full_name, count(distinct b.doctor_id)::int as doctors,
         array_agg(b.slot_date - first.day order by b.slot_date) as days, min(b.slot_date) > current_date + 13 as later
       from app_public.bookings b
       join app_public.booking_series s on s.clinic_id = b.clinic_id and s.id = b.series_id
       join app_public.clinics c on c.id = b.clinic_id
       join app_public.clinic_customers cc on cc.clinic_id = b.clinic_id and cc.customer_id = b.customer_id
       cross join lateral (select min(f.slot_date) as day from app_public.bookings f where f.series_id = s.id) first
       group by c.name, cc.full_name`,
    ),
  ).toEqual([{ name: 'Lagoon Island Clinic', full_name: 'Frank Taylor', doctors: 1, days: [0, 7, 14], later: true }])
})

it('every specialization has its German name, too', async () => {
  expect(await db.query(`select name from app_public.specializations where not names ? 'de'`)).toEqual([])
})

it.each(['Dermatology', 'Cardiology', 'Pediatrics', 'Orthopedics', 'Psychiatry'])(
  'an anonymous caller finds %s in all three clinics, in the order of time',
  async (specialization) => {
    const found: { clinic_name: string; starts_at: Date; cursor: string }[] = []
    await db.request({}, async () => {
      const { id } = await db.one('select id from app_public.specializations where name = $1', [specialization])
      for (let size = 100; size === 100; ) {
        const page = await db.query<(typeof found)[number]>(
          'select * from app_public.available_slots(specialization_id => $1, after => $2, page_size => 100)',
          [id, found.at(-1)?.cursor],
        )
        found.push(...page)
        size = page.length
      }
    })
    expect([...new Set(found.map((slot) => slot.clinic_name))].sort()).toEqual([
      'Harbour Family Health',
      'Lagoon Island Clinic',
      'Riverside Medical Centre',
    ])
    const times = found.map((slot) => slot.starts_at.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  },
)

it.each([
  ['admin', { is_admin: true, customer: false, manages: null }],
  ['riverside', { is_admin: false, customer: false, manages: 'Riverside Medical Centre' }],
  ['harbour', { is_admin: false, customer: false, manages: 'Harbour Family Health' }],
  ['lagoon', { is_admin: false, customer: false, manages: 'Lagoon Island Clinic' }],
  ['ann', { is_admin: false, customer: true, manages: null }],
  ['bob', { is_admin: false, customer: true, manages: null }],
])('%s@medislot.example can sign in and has the intended role', async (name, person) => {
  const session = await db.request({}, () =>
    db.one('select * from app_public.sign_in($1, $2)', [`${name}@medislot.example`, 'medislot-demo']),
  )
  expect(session.refusal).toBeNull()
  const found = await db.request({ sub: session.account_id, sid: session.session_id }, () =>
    db.one(
      `select p.is_admin, p.customer_id is not null as customer,
         (select c.name from app_public.clinics c where array[c.id] = p.manager_clinic_ids) as manages
       from app_public.current_person() p`,
    ),
  )
  expect(found).toEqual(person)
})
