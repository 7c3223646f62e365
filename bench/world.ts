import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { startEmbedded } from '../src/database/embedded.ts'
import { migrateDatabase } from '../src/database/migrations.ts'
import { createPool } from '../src/database/pools.ts'

/** A database as durable as a real one, in a temporary folder, with clinics whose slots are generated. */
export interface World {
  databaseUrl: string
  pool: Pool
  /** How many slots were generated, and how long it took, milliseconds. */
  slots: number
  generationMs: number
  end(): Promise<void>
}

/** Makes a world of `clinics` with 20 doctors each, 16 slots a day, five days a week, four weeks ahead, and `customers` with sessions. */
export async function makeWorld(clinics: number, customers: number): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-bench-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded(dataDir)
  await migrateDatabase(server.ownerUrl())
  const pool = createPool(server.ownerUrl(), { name: 'bench', size: 210 })
  await pool.query(`
    insert into app_public.clinics (name, time_zone) select 'Clinic ' || i, 'Europe/Berlin' from generate_series(1, ${clinics}) i;
    update app_public.policies set max_live_bookings = 1000;
    insert into app_public.specializations (name) select 'Specialization ' || i from generate_series(1, 20) i;
    insert into app_public.doctors (clinic_id, full_name) select c.id, 'Doctor ' || i from app_public.clinics c, generate_series(1, 20) i;
    insert into app_public.doctor_specializations select clinic_id, id, 1 + id % 20 from app_public.doctors;
    insert into app_public.time_slots (clinic_id, name, start_time, end_time)
      select c.id, i::text, time '08:00' + i * interval '30 min', time '08:30' + i * interval '30 min'
      from app_public.clinics c, generate_series(0, 15) i;
    insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday)
      select d.clinic_id, d.id, ts.id, weekday
      from app_public.doctors d join app_public.time_slots ts using (clinic_id), generate_series(1, 5) weekday;
    with people as (
      insert into app_private.accounts (email) select 'customer' || i || '@bench.example' from generate_series(1, ${customers}) i returning id, email)
    insert into app_public.customers (account_id, full_name, email) select id, email, email from people;
    insert into app_private.sessions (account_id) select id from app_private.accounts`)
  const began = performance.now()
  const { rows } = await pool.query(
    `select sum((app_public.generate_booking_slots(id, current_date + 1, current_date + 28)).slots_made)::int as slots from app_public.clinics`,
  )
  const generationMs = performance.now() - began
  await pool.query('vacuum analyze app_public.booking_slots')
  return {
    databaseUrl: server.ownerUrl(),
    pool,
    slots: rows[0].slots,
    generationMs,
    async end() {
      await pool.end()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The middle one of some figures. */
export const median = (figures: number[]): number =>
  figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN

/** Runs `work` over the items with `clients` at a time; gives the milliseconds each took, in the order they ended. */
export async function atATime<T>(clients: number, items: T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const left = [...items]
  const took: number[] = []
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let item = left.pop(); item !== undefined; item = left.pop()) {
        const began = performance.now()
        await work(item)
        took.push(performance.now() - began)
      }
    }),
  )
  return took
}
