import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watch } from 'graphile-migrate'
import { SignJWT } from 'jose'
import { Client, type Pool } from 'pg'
import { startEmbedded } from '../../src/database/embedded/embedded.ts'
import { migrateDatabase, migrateSettings } from '../../src/database/migrations.ts'
import { createPool } from '../../src/database/pools.ts'
import { log } from '../../src/process/log.ts'
import { cloneDatabase, superuserUrlOf } from '../../test/helpers/database/cluster.ts'
import { type Program, startProgram } from '../../test/helpers/programs/program.ts'

/** How large a world is. Each doctor works 16 slots of half an hour a day, Monday to Friday. */
export interface Size {
  clinics: number
  doctors: number
  /** Days ahead for which slots are made; 0 makes no slots and no templates. */
  days: number
  /** Registered patients with a session. */
  customers: number
}

/** A patient, with claims for SQL and a token for the APIs. */
export interface Caller {
  customerId: string
  accountId: string
  claims: string
  token: string
}

export interface Slot {
  clinicId: string
  id: string
  /**
   * The patient who takes it: a different one for each slot at the same time, since patients cannot have two bookings
   * at once.
   */
  by: Caller
  /** Its number among the slots at its time. */
  nth: number
}

/** A database with normal durability in a temporary folder, and the programs that use it. */
export interface World {
  databaseUrl: string
  superuserUrl: string
  /** As its owner. */
  pool: Pool
  callers: Caller[]
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
  one<Row>(text: string, values?: unknown[]): Promise<Row>
  /** Starts medislot's server or worker, as in production. */
  program(name: 'server' | 'worker', env?: Record<string, string>): Promise<Program>
  /** Starts one of peers/, to do the whole job of book_slot or no more than take the slot: see peers/serve.ts. */
  peer(name: string, job?: 'whole' | 'slot'): Promise<Program>
  end(): Promise<void>
}

log.level = 'fatal'
export const secret = 'a secret for benchmarks only, of some length'
/** Connections to the database that medislot's server and each peer may have. */
export const poolSize = 20

/** Makes a world. Its clinics are in Berlin; each doctor has one of twenty specializations. Call end() when done. */
export async function makeWorld({ clinics, doctors, days, customers }: Size): Promise<World> {
  const server = process.env.MEDISLOT_TEST_CLUSTER ? await databaseOfTests() : await ownServer()
  // With a long timeout: millions of slots are made in one statement.
  const pool = createPool(server.url, { name: 'bench', size: 40, patienceMs: 3_600_000 })
  const programs: Program[] = []
  const started = async (program: Promise<Program>) => {
    programs.push(await program)
    return program
  }
  const query = async <Row>(text: string, values: unknown[] = []) => (await pool.query(text, values)).rows as Row[]
  const env = { DATABASE_URL: server.url, NODE_ENV: 'production', POOL_SIZE: String(poolSize) }
  const world: World = {
    databaseUrl: server.url,
    superuserUrl: server.superuserUrl,
    pool,
    callers: [],
    query,
    one: async <Row>(text: string, values?: unknown[]) => (await query<Row>(text, values))[0] as Row,
    program: (name, more) =>
      started(
        startProgram(name, {
          env: {
            ...env,
            ...(name === 'server' && { DATABASE_URL: server.serverUrl, JWT_SECRET: secret }),
            LOG_LEVEL: 'warn',
            ...more,
          },
        }),
      ),
    peer: (name, job = 'whole') => started(startProgram(`bench/peers/${name}`, { env: { ...env, JOB: job } })),
    async end() {
      await Promise.all(programs.map((program) => program.stop()))
      await pool.end()
      await server.remove()
    },
  }
  try {
    await makeSpecializations(world)
    await makeClinics(world, { clinics, doctors, days })
    world.callers = await makeCallers(world, customers)
    await query('vacuum analyze')
    return world
  } catch (error) {
    await world.end()
    throw error
  }
}

/** The addresses of a migrated database. */
interface Migrated {
  url: string
  serverUrl: string
  superuserUrl: string
  remove(): Promise<void>
}

/** On a server of its own with normal durability. */
async function ownServer(): Promise<Migrated> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-bench-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded(dataDir)
  const remove = async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await migrateDatabase(server.ownerUrl())
    // With current.sql, since the programs need the schema with uncommitted changes.
    await watch({ ...(await migrateSettings()), connectionString: server.ownerUrl() }, true)
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: server.ownerUrl(),
    serverUrl: server.serverUrl(),
    superuserUrl: server.superuserUrl('medislot'),
    remove,
  }
}

/** In a test, whose figures nobody reads (test/repo/runs/benchmarks.test.ts): on the server of the test run, a copy. */
async function databaseOfTests(): Promise<Migrated> {
  const { name, url, serverUrl, drop } = await cloneDatabase('migrated')
  return { url, serverUrl, superuserUrl: superuserUrlOf(name), remove: drop }
}

/** A database as its owner. */
interface Database {
  // biome-ignore lint/suspicious/noExplicitAny: World and Connection give rows of any type
  query(text: string, values?: unknown[]): Promise<any[]>
}

export const makeSpecializations = ({ query }: Database) =>
  query(`insert into app_public.specializations (name) select 'Specialization ' || i from generate_series(1, 20) i`)

/** Clinics that are made in one statement. */
const batch = 200

/** Clinics with doctors, and slots if there are days. */
export async function makeClinics({ query }: Database, { clinics, doctors, days }: Omit<Size, 'customers'>) {
  for (let made = 0; made < clinics; made += batch) {
    await query(
      `insert into app_public.clinics (name, time_zone)
       select 'Clinic ' || i, 'Europe/Berlin' from generate_series($1::int, $2) i`,
      [made + 1, Math.min(made + batch, clinics)],
    )
    // Plans of triggers for empty tables are made again.
    if (made === 0) await query('analyze')
  }
  await query(`
    update app_public.policies set max_live_bookings = 1000, horizon = interval '1 year';
    insert into app_public.doctors (clinic_id, full_name) select c.id, 'Doctor ' || i from app_public.clinics c, generate_series(1, ${doctors}) i;
    insert into app_public.doctor_specializations select clinic_id, id, 1 + id % 20 from app_public.doctors;
    insert into app_public.time_slots (clinic_id, name, start_time, end_time)
      select c.id, i::text, time '08:00' + i * interval '30 min', time '08:30' + i * interval '30 min'
      from app_public.clinics c, generate_series(0, 15) i`)
  if (days === 0) return
  await query(
    `insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday)
     select d.clinic_id, d.id, ts.id, weekday
     from app_public.doctors d join app_public.time_slots ts using (clinic_id), generate_series(1, 5) weekday`,
  )
  await query(
    'select app_public.generate_booking_slots(id, current_date + 1, current_date + $1::int) from app_public.clinics',
    [days],
  )
}

/** Registered patients with a session. */
export async function makeCallers(world: Database, customers: number): Promise<Caller[]> {
  await world.query(`
    with people as (
      insert into app_private.accounts (email, email_verified_at)
      select 'customer' || i || '@bench.example', now() from generate_series(1, ${customers}) i returning id, email)
    insert into app_public.customers (account_id, full_name, email) select id, email, email from people;
    insert into app_private.sessions (account_id) select id from app_private.accounts;`)
  const rows: { sub: string; sid: string; customerId: string }[] = await world.query(
    `select s.account_id as sub, s.id as sid, c.id as "customerId"
     from app_private.sessions s join app_public.customers c on c.account_id = s.account_id order by c.id`,
  )
  return Promise.all(
    rows.map(async ({ sub, sid, customerId }) => ({
      customerId,
      accountId: sub,
      claims: JSON.stringify({ sub, sid }),
      token: await new SignJWT({ sid })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setIssuer('medislot')
        .setAudience('medislot')
        .setIssuedAt()
        .setExpirationTime('12h')
        .sign(Buffer.from(secret)),
    })),
  )
}

/** The claims of a receptionist of clinic 1. */
export async function claimsOfDesk(world: World): Promise<string> {
  const { claims } = await world.one<{ claims: string }>(
    `with account as (insert into app_private.accounts (email) values ('desk@bench.example') returning id),
          employee as (insert into app_public.employees (clinic_id, account_id, role, full_name) select 1, id, 'receptionist', 'Desk' from account),
          session as (insert into app_private.sessions (account_id) select id from account returning id, account_id)
     select jsonb_build_object('sub', account_id::text, 'sid', id)::text as claims from session`,
  )
  return claims
}

/** Open slots in a random order, the same each time: patients do not book a table's pages one after the other. */
export async function openSlots(world: Pick<World, 'query' | 'callers'>, most: number): Promise<Slot[]> {
  const rows = await world.query<Omit<Slot, 'by'>>(
    `select clinic_id as "clinicId", id, (row_number() over (partition by starts_at order by id))::int as nth
     from app_public.booking_slots where status = 'open' order by md5(id::text) limit $1`,
    [most],
  )
  const { callers } = world
  return rows.map((slot) => ({ ...slot, by: callers[slot.nth % callers.length] as Caller }))
}

/** The peers' tables, with the same slots. */
export async function makePeerTables(world: World): Promise<void> {
  await world.query(await readFile(join(import.meta.dirname, '../peers/tables.sql'), 'utf8'))
}

/** Connections like the server's, for requests of any caller. Call end() when done. */
export function requestConnections(world: World, size: number): Pool {
  return createPool(world.databaseUrl, { name: 'bench', size, pipeline: true, options: { role: 'app_authenticator' } })
}

/** Throws unless each of these slots is booked by its patient. */
export async function requireBooked(
  world: Pick<World, 'one'>,
  slots: Slot[],
  table: 'medislot' | 'peers' = 'medislot',
): Promise<void> {
  const { booked } = await world.one<{ booked: number }>(
    table === 'medislot'
      ? `select count(*)::int as booked
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as w (clinic_id, id, customer_id)
         join app_public.booking_slots bs using (clinic_id, id, customer_id)
         join app_public.bookings b on b.clinic_id = w.clinic_id and b.active_booking_slot_id = w.id and b.customer_id = w.customer_id
         where bs.status = 'booked' and exists (
           select from app_public.notifications n where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_confirmed')`
      : `select count(*)::int as booked
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as w (clinic_id, id, customer_id)
         join peers.slots s using (id, customer_id)
         join peers.bookings b on b.slot_id = w.id and b.customer_id = w.customer_id
         where s.status = 'booked'`,
    [slots.map(({ clinicId }) => clinicId), slots.map(({ id }) => id), slots.map(({ by }) => by.customerId)],
  )
  if (booked !== slots.length) throw new Error(`${booked} of ${slots.length} slots are booked by their patients`)
}

/**
 * Fills a world with slots for benchmarks that only read: `days` days of every doctor from tomorrow on, `takenOfTen` of
 * ten slots booked. By the superuser, without triggers, and with the indexes made afterwards; otherwise ten million
 * slots would take a quarter of an hour.
 */
export async function fillWithSlots(world: World, days: number, takenOfTen = 9): Promise<number> {
  const client = new Client({ connectionString: world.superuserUrl })
  await client.connect()
  try {
    const { rows: made } = await client.query<{ drop: string; make: string }>(`
      select format('alter table app_public.booking_slots drop constraint %I', conname) as drop,
             format('alter table app_public.booking_slots add constraint %I %s', conname, pg_get_constraintdef(oid)) as make
      from pg_constraint where conrelid = 'app_public.booking_slots'::regclass and contype = 'x'
      union all
      select format('drop index app_public.%I', relname), pg_get_indexdef(indexrelid)
      from pg_index join pg_class on pg_class.oid = indexrelid
      where indrelid = 'app_public.booking_slots'::regclass
        and not exists (select from pg_constraint where conindid = indexrelid)`)
    await client.query(`set session_replication_role = replica; set maintenance_work_mem = '512MB'`)
    for (const { drop } of made) await client.query(drop)
    const { rowCount } = await client.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id)
       select d.clinic_id, d.id, ts.id, day::date, tstzrange(day + ts.start_time, day + ts.end_time),
         case when taken then 'booked' else 'open' end::app_public.slot_status, case when taken then $2::bigint end
       from generate_series((current_date + 1)::timestamp, current_date + $1::int, interval '1 day') day
       cross join app_public.doctors d join app_public.time_slots ts using (clinic_id)
       cross join lateral (select (hashint8(d.id * 1000003 + ts.id * 7919 + extract(epoch from day)::bigint / 86400) % 10 + 10) % 10 >= 10 - $3 as taken) t`,
      [days, world.callers[0]?.customerId, takenOfTen],
    )
    for (const { make } of made) await client.query(make)
    await client.query('vacuum analyze app_public.booking_slots')
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}

/** Gives every booked slot of fillWithSlots() a booking, of one customer after the other. Returns how many. */
export async function bookFilledSlots(world: World): Promise<number> {
  const client = new Client({ connectionString: world.superuserUrl })
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
       select cl.id, c.id, c.full_name, c.email from app_public.clinics cl, app_public.customers c`,
    )
    // The exclusion constraint still applies: no customer may have two bookings at once.
    await client.query(
      `update app_public.booking_slots bs set customer_id = n.customer_id
       from (select clinic_id, id, 1 + (row_number() over (partition by clinic_id, starts_at order by id) - 1) % $1 as customer_id
             from app_public.booking_slots where status = 'booked') n
       where n.clinic_id = bs.clinic_id and n.id = bs.id`,
      [world.callers.length],
    )
    const { rowCount } = await client.query(
      `insert into app_public.bookings
         (clinic_id, booking_slot_id, customer_id, doctor_id, slot_date, during, visit_starts_at, visit_ends_at)
       select clinic_id, id, customer_id, doctor_id, slot_date, during, starts_at, ends_at
       from app_public.booking_slots where status = 'booked'`,
    )
    await client.query('vacuum analyze')
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
