import { randomBytes } from 'node:crypto'
import type { Claims, Db } from '../database/database.ts'

// Accounts, clinics and slots for tests, created by the owner with plain SQL. Ids are strings, as bigint is.
// All functions need only `db.one`, so they work in a rolled-back transaction and on a connection to a cloned database.
type Maker = Pick<Db, 'one' | 'query'>
type Role = 'receptionist' | 'doctor' | 'manager'

// Test files that run one after another in the same process may share a database.
const file = randomBytes(4).toString('hex')
let count = 0
/** A word that is unique in the test run. */
export const unique = (word: string): string => `${word} ${file}-${++count}`

const anAddress = () => `${unique('someone').replace(' ', '-')}@test.example`

export interface Customer {
  customerId: string
  accountId: string
  claims: Claims
}

/**
 * An account with a live session; `claims` are those of its access token. Without a password, because hashing is slow.
 * The address is confirmed; `register` in test/sql/identity/sessions.ts makes accounts that are not.
 */
export async function anAccount(db: Maker, { isAdmin = false } = {}): Promise<{ accountId: string; claims: Claims }> {
  const { accountId, sessionId } = await db.one<{ accountId: string; sessionId: string }>(
    `with account as (insert into app_private.accounts (email, is_admin, email_verified_at) values ($1, $2, now()) returning id),
          session as (insert into app_private.sessions (account_id) select id from account returning id)
     select account.id as "accountId", session.id as "sessionId" from account, session`,
    [anAddress(), isAdmin],
  )
  return { accountId, claims: { sub: accountId, sid: sessionId } }
}

/** A registered patient, in one statement: what is copied to other databases arrives there as a whole. */
export async function aCustomer(db: Maker, fullName = unique('Customer')): Promise<Customer> {
  const { customerId, accountId, sessionId } = await db.one<Record<'customerId' | 'accountId' | 'sessionId', string>>(
    `with account as (insert into app_private.accounts (email, email_verified_at) values ($1, now()) returning id, email),
          session as (insert into app_private.sessions (account_id) select id from account returning id),
          customer as (
            insert into app_public.customers (account_id, full_name, email) select id, $2, email from account returning id)
     select customer.id as "customerId", account.id as "accountId", session.id as "sessionId"
     from account, session, customer`,
    [anAddress(), fullName],
  )
  return { customerId, accountId, claims: { sub: accountId, sid: sessionId } }
}

/** An employee of a clinic; returns their claims. */
export async function anEmployee(
  db: Maker,
  clinicId: string,
  role: Role,
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

/** Makes the person with an account, which is found by its e-mail address, an employee of a clinic. */
export async function employ(
  db: Maker,
  clinicId: string,
  email: string,
  { role, fullName, doctorId = null }: { role: Role; fullName: string; doctorId?: string | null },
): Promise<void> {
  await db.one(
    `insert into app_public.employees (clinic_id, account_id, role, full_name, doctor_id)
     select $1, a.id, $3, $4, $5 from app_private.accounts a where a.email = $2 returning id`,
    [clinicId, email, role, fullName, doctorId],
  )
}

/**
 * A time zone in which it is about noon: times up to eleven hours before or after now are on the current date there.
 */
export function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours()
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** An active clinic; by default its policy allows booking until the last moment. */
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

/** An open slot of half an hour, `hours` from now; each call with the same doctor needs another hour. */
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
