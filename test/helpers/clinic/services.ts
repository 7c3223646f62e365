import type { Db } from '../database/database.ts'
import { unique } from './world.ts'

// Services of clinics and their questions, created by the owner with plain SQL.
type Maker = Pick<Db, 'one' | 'query'>

/** A service that these doctors offer. The columns are those of app_public.services, by their names in SQL. */
export async function aService(
  db: Maker,
  clinicId: string,
  { doctors = [], ...columns }: { doctors?: string[] } & Record<string, unknown> = {},
): Promise<string> {
  const { id } = await insert(db, 'services', { clinic_id: clinicId, name: unique('Service'), ...columns })
  for (const doctor of doctors)
    await insert(db, 'doctor_services', { clinic_id: clinicId, doctor_id: doctor, service_id: id })
  return id as string
}

/** A question of a service; by default one that may be answered by any text. */
export async function aQuestion(
  db: Maker,
  clinicId: string,
  serviceId: string,
  columns: Record<string, unknown> = {},
): Promise<string> {
  const row = { clinic_id: clinicId, service_id: serviceId, question: unique('Question'), ...columns }
  return (await insert(db, 'service_questions', row)).id as string
}

function insert(db: Maker, table: string, row: Record<string, unknown>) {
  const values = Object.values(row)
  return db.one(
    `insert into app_public.${table} (${Object.keys(row)}) values (${values.map((_, i) => `$${i + 1}`)}) returning *`,
    values,
  )
}
