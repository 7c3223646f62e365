import type { Claims, Db } from './database.ts'

// People and things for tests, made by the owner with plain SQL. Ids are strings, as bigint comes.
// Everything takes `db.one`, so it works in a rolled-back transaction as well as over a connection of a cloned database.
type Maker = Pick<Db, 'one' | 'query'>

let count = 0
/** A word that no other of the test run has. */
export const unique = (word: string): string => `${word} ${process.pid}-${++count}`

export interface Customer {
  customerId: string
  accountId: string
  claims: Claims
}

/** An account with a live session; `claims` is what its access token would carry. No password: hashing is slow. */
export async function anAccount(db: Maker, { isAdmin = false } = {}): Promise<{ accountId: string; claims: Claims }> {
  const { accountId, sessionId } = await db.one<{ accountId: string; sessionId: string }>(
    `with account as (insert into app_private.accounts (email, is_admin) values ($1, $2) returning id),
          session as (insert into app_private.sessions (account_id) select id from account returning id)
     select account.id as "accountId", session.id as "sessionId" from account, session`,
    [`${unique('someone').replace(' ', '-')}@test.example`, isAdmin],
  )
  return { accountId, claims: { sub: accountId, sid: sessionId } }
}

/** A registered patient. */
export async function aCustomer(db: Maker, fullName = unique('Customer')): Promise<Customer> {
  const { accountId, claims } = await anAccount(db)
  const { customerId } = await db.one<{ customerId: string }>(
    `insert into app_public.customers (account_id, full_name, email)
     select a.id, $2, a.email from app_private.accounts a where a.id = $1 returning id as "customerId"`,
    [accountId, fullName],
  )
  return { customerId, accountId, claims }
}

/** Somebody who works in a clinic; gives their claims. */
export async function anEmployee(
  db: Maker,
  clinicId: string,
  role: 'receptionist' | 'doctor' | 'manager',
  doctorId: string | null = null,
): Promise<{ accountId: string; employeeId: string; claims: Claims }> {
  const { accountId, claims } = await anAccount(db)
  const { employeeId } = await db.one<{ employeeId: string }>(
    `insert into app_public.employees (clinic_id, account_id, role, doctor_id, full_name)
     values ($1, $2, $3, $4, $5) returning id as "employeeId"`,
    [clinicId, accountId, role, doctorId, unique('Employee')],
  )
  return { accountId, employeeId, claims }
}

/** A zone in which it is about noon: what lies up to eleven hours before or after now is of today there. */
export function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours()
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** An active clinic; its policy allows booking up to the last moment unless the test says otherwise. */
export async function aClinic(db: Maker, timeZone = 'Europe/Berlin'): Promise<string> {
  const { id } = await db.one<{ id: string }>(
    'insert into app_public.clinics (name, time_zone) values ($1, $2) returning id',
    [unique('Clinic'), timeZone],
  )
  await db.query(
    `update app_public.policies set lead_time = '0', cancellation_cutoff = '0', max_live_bookings = 100, max_holds_of_a_slot = 1000 where clinic_id = $1`,
    [id],
  )
  return id
}

export async function aDoctor(db: Maker, clinicId: string): Promise<string> {
  const { id } = await db.one<{ id: string }>(
    'insert into app_public.doctors (clinic_id, full_name) values ($1, $2) returning id',
    [clinicId, unique('Doctor')],
  )
  return id
}

/** Local times as PostgreSQL reads them: '09:00', '09:30'. */
export async function aTimeSlot(db: Maker, clinicId: string, start = '09:00', end = '09:30'): Promise<string> {
  const { id } = await db.one<{ id: string }>(
    'insert into app_public.time_slots (clinic_id, name, start_time, end_time) values ($1, $2, $3, $4) returning id',
    [clinicId, unique(start), start, end],
  )
  return id
}

/** A doctor's default availability; weekday is ISO (1 is Monday), the dates are local and inclusive. */
export async function aTemplate(
  db: Maker,
  clinicId: string,
  doctorId: string,
  timeSlotId: string,
  weekday: number,
  validFrom: string | null = null,
  validUntil: string | null = null,
): Promise<string> {
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [clinicId, doctorId, timeSlotId, weekday, validFrom, validUntil],
  )
  return id
}

/** An open slot, `hours` from now (half an hour long); each call with the same doctor needs another hour. */
export async function aSlot(db: Maker, clinicId: string, doctorId: string, hours = 48): Promise<string> {
  const timeSlotId = await aTimeSlot(db, clinicId)
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select c.id, $2, $3, ((now() + make_interval(hours => $4)) at time zone c.time_zone)::date,
            tstzrange(now() + make_interval(hours => $4), now() + make_interval(hours => $4, mins => 30))
     from app_public.clinics c where c.id = $1 returning id`,
    [clinicId, doctorId, timeSlotId, hours],
  )
  return id
}

/** A clinic with a doctor, an open slot in two days, a customer, a receptionist and a manager. */
export async function aPractice(db: Maker, timeZone?: string) {
  const clinicId = await aClinic(db, timeZone)
  const doctorId = await aDoctor(db, clinicId)
  return {
    clinicId,
    doctorId,
    slotId: await aSlot(db, clinicId, doctorId),
    customer: await aCustomer(db),
    receptionist: await anEmployee(db, clinicId, 'receptionist'),
    manager: await anEmployee(db, clinicId, 'manager'),
  }
}
