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

  // A confirmation that went out, others that are late, a booking to be rebooked, and the past of each patient.
  const { id: notification } = await db.one(
    `update app_public.notifications set state = 'sent', sent_at = now() where booking_id = $1 and kind = 'booking_confirmed' and channel = 'email' returning id`,
    [bookingNow],
  )
  await db.query(
    `update app_public.notifications set due_at = due_at - interval '1 hour' where state = 'pending' and due_at <= now()`,
  )
  const entries = await db.query(
    `insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
     select clinic_id, id, booking_slot_id, 'time_moved' from app_public.bookings where id = $1 or clinic_id = $2
     returning clinic_id, id`,
    [booking, b.clinicId],
  )
  const rebooking = entries.find(({ clinic_id }) => clinic_id === a.clinicId)?.id as string
  await db.query(
    `insert into app_public.archived_booking_slots (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at)
     select clinic_id, -id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at
     from app_public.booking_slots where status = 'booked'`,
  )
  await db.query(
    `insert into app_public.archived_bookings (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, sequence, created_at)
     select clinic_id, -id, -booking_slot_id, customer_id, doctor_id, slot_date, during, status, sequence, created_at from app_public.bookings`,
  )

  return {
    ann,
    bob,
    a,
    b,
    closed,
    specializationId,
    claims,
    bookingNow,
    booking,
    heldSlotId,
    notification: notification as string,
    rebooking,
  }
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
  await db.query(
    `insert into app_public.notification_texts (clinic_id, kind, channel, language, body) values ($1, 'slot_withdrawn', 'sms', 'en', 'Sorry.')`,
    [clinicId],
  )
  await db.query(`select app_public.create_webhook_endpoint($1, 'https://clinic.example/hook')`, [clinicId])
  const { id: invitationId } = await db.one(
    `select id from app_public.invite_employee($1, 'invited@test.example', 'Ida', 'receptionist')`,
    [clinicId],
  )
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
    invitationId: invitationId as string,
  }
}
