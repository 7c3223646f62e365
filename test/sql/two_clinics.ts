import type { Claims, Db } from '../helpers/database.ts'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee, aSlot, aTemplate, aTimeSlot } from '../helpers/world.ts'

/** Everybody whose rights are tried. Ann is a patient of clinic A, Bob of both. */
export const people = [
  'anonymous',
  'Ann',
  'Bob',
  'receptionist A',
  'doctor A',
  'manager A',
  'manager B',
  'admin',
] as const
export type Who = (typeof people)[number]

export type World = Awaited<ReturnType<typeof twoClinics>>

/** Two clinics with rows in every table of the API, and a third that is closed. Made by the owner. */
export async function twoClinics(db: Db) {
  const [ann, bob] = [await aCustomer(db, 'Ann'), await aCustomer(db, 'Bob')]
  const { id: specializationId } = await db.one(
    `insert into app_public.specializations (name) values ('Dermatology') returning id`,
  )
  const a = await furnished(db, specializationId)
  const b = await furnished(db, specializationId)
  const closed = await aClinic(db)
  await db.query('update app_public.clinics set is_active = false where id = $1', [closed])

  const claims: Record<Who, Claims> = {
    anonymous: {},
    Ann: ann.claims,
    Bob: bob.claims,
    'receptionist A': (await anEmployee(db, a.clinicId, 'receptionist')).claims,
    'doctor A': (await anEmployee(db, a.clinicId, 'doctor', a.doctorId)).claims,
    'manager A': (await anEmployee(db, a.clinicId, 'manager')).claims,
    'manager B': (await anEmployee(db, b.clinicId, 'manager')).claims,
    admin: (await anAccount(db, { isAdmin: true })).claims,
  }

  const book = async (clinicId: string, slotId: string, customerId: string) =>
    (await db.one('select id from app_public.book_slot($1, $2, $3)', [clinicId, slotId, customerId])).id as string
  // One that starts at this moment, for what is done on the day, and one in the days to come.
  const bookingNow = await book(a.clinicId, await aSlot(db, a.clinicId, a.doctorId, 0), ann.customerId)
  const booking = await book(a.clinicId, await aSlot(db, a.clinicId, a.doctorId, 60), ann.customerId)
  await book(a.clinicId, await aSlot(db, a.clinicId, a.doctorId, 61), bob.customerId)
  await book(b.clinicId, await aSlot(db, b.clinicId, b.doctorId, 62), bob.customerId)
  const heldSlotId = await aSlot(db, a.clinicId, a.doctorId, 63)
  await db.query('select app_public.hold_slot($1, $2, $3)', [a.clinicId, heldSlotId, ann.customerId])

  return { ann, bob, a, b, closed, specializationId, claims, bookingNow, booking, heldSlotId }
}

async function furnished(db: Db, specializationId: string) {
  const clinicId = await aClinic(db)
  const [doctorId, colleagueId, formerDoctorId] = [
    await aDoctor(db, clinicId),
    await aDoctor(db, clinicId),
    await aDoctor(db, clinicId),
  ]
  await db.query('update app_public.doctors set is_active = false where id = $1', [formerDoctorId])
  await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [
    clinicId,
    doctorId,
    specializationId,
  ])
  const timeSlotId = await aTimeSlot(db, clinicId)
  const formerTimeSlotId = await aTimeSlot(db, clinicId)
  await db.query('update app_public.time_slots set is_active = false where id = $1', [formerTimeSlotId])
  const templateId = await aTemplate(db, clinicId, doctorId, timeSlotId, 1)
  const openSlotId = await aSlot(db, clinicId, doctorId, 48)
  const colleaguesSlotId = await aSlot(db, clinicId, colleagueId, 48)
  const withdrawnSlotId = await aSlot(db, clinicId, doctorId, 49)
  await db.query('select app_public.withdraw_slot($1, $2)', [clinicId, withdrawnSlotId])
  // A range in which the template wants nothing: a run is recorded, no slot made.
  await db.query(`select app_public.generate_booking_slots($1, '2020-01-01', '2020-01-01')`, [clinicId])
  return {
    clinicId,
    doctorId,
    formerDoctorId,
    timeSlotId,
    formerTimeSlotId,
    templateId,
    openSlotId,
    colleaguesSlotId,
    withdrawnSlotId,
  }
}
