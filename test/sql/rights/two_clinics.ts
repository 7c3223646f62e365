import { aResource, needs } from '../../helpers/clinic/rooms.ts'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  anEmployee,
  aSlot,
  aTemplate,
  aTimeSlot,
  type Customer,
  unique,
} from '../../helpers/clinic/world.ts'
import type { Claims, Db } from '../../helpers/database/database.ts'
import { connectCalendar } from '../../helpers/external/external_calendars.ts'
import { money, prices } from './two_clinics_money.ts'

/**
 * The callers whose rights are tested. Ann is a patient of clinic A, Bob of both. Gina is Ann's guardian, Fritz was it
 * once, Rob turned out to be Bob, and Uma registered with Ann's address, which she did not confirm.
 */
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
  const [gina, fritz, rob] = [await aCustomer(db, 'Gina'), await aCustomer(db, 'Fritz'), await aCustomer(db, 'Rob')]
  await db.query(
    `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation, ended_at)
     values ($1, $3, 'parent', null), ($2, $3, 'parent', now())`,
    [gina.customerId, fritz.customerId, ann.customerId],
  )
  await db.query('select app_public.merge_customers($1, $2)', [rob.customerId, bob.customerId])
  const uma = await aCustomer(db, 'Uma')
  await registerAgain(db, uma, ann)
  const { id: specializationId } = await db.one(
    'insert into app_public.specializations (name) values ($1) returning id',
    [unique('Dermatology')],
  )
  const a = await furnished(db, specializationId)
  const b = await furnished(db, specializationId)
  const closed = await aClinic(db)
  await db.query('update app_public.clinics set is_active = false where id = $1', [closed])

  // A server that tests share has clinics of others, which stay as they are.
  const own = [[a.clinicId, b.clinicId]]

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
  const { token: link } = await db.one(`select app_private.link_token('manage', $1, $2, 0) as token`, [
    a.clinicId,
    booking,
  ])
  await book(a.clinicId, await aSlot(db, a.clinicId, a.doctorId, 61), bob.customerId)
  await book(b.clinicId, await aSlot(db, b.clinicId, b.doctorId, 62), bob.customerId)
  const heldSlotId = await aSlot(db, a.clinicId, a.doctorId, 63)
  await db.query('select app_public.hold_slot($1, $2, $3)', [a.clinicId, heldSlotId, ann.customerId])

  // What the visits are for, and slots and templates that are reserved for it.
  for (const table of ['bookings', 'booking_slots', 'doctor_slot_templates'])
    await db.query(
      `update app_public.${table} t set service_id = ds.service_id ${table === 'bookings' ? ', is_online = true' : ''} from app_public.doctor_services ds
       where ds.clinic_id = t.clinic_id and ds.doctor_id = t.doctor_id and ds.service_id = any ($1)
         ${table === 'booking_slots' ? `and t.status = 'booked'` : ''}`,
      [[a.serviceId, b.serviceId]],
    )
  await db.query(
    `update app_public.consultations set state = 'ready', provider = 'presence', opens_at = now(), retry_at = closes_at
     where clinic_id = any ($1)`,
    own,
  )
  // Rooms, without the trigger that refuses them to online visits.
  await db.query('alter table app_public.resource_claims disable trigger resource_claims_take_the_time_of_their_visit')
  await db.query(
    `insert into app_public.resource_claims (clinic_id, resource_id, need, booking_id, customer_id, during)
     select b.clinic_id, n.resource_id, n.need, b.id, b.customer_id, b.during
     from app_public.bookings b join app_public.service_needs n on n.clinic_id = b.clinic_id
     where b.clinic_id = any ($1)`,
    own,
  )
  await db.query('alter table app_public.resource_claims enable trigger resource_claims_take_the_time_of_their_visit')
  // Recordings of the visits, to which everybody has agreed.
  await db.query('update app_public.policies set records_visits = true where clinic_id in ($1, $2)', [
    a.clinicId,
    b.clinicId,
  ])
  await db.query(
    `insert into app_public.recording_consents (clinic_id, booking_id, customer_id, doctor_id, patient_agreed_at, doctor_agreed_at)
     select clinic_id, id, customer_id, doctor_id, now(), now() from app_public.bookings where clinic_id = any ($1)`,
    own,
  )
  await db.query(
    `insert into app_public.recordings (clinic_id, booking_id, content_type, bytes)
     select clinic_id, id, 'video/mp4', 5 from app_public.bookings where clinic_id = any ($1)`,
    own,
  )
  const { id: recording } = await db.one(
    `update app_public.recordings set state = 'stored' where booking_id = $1 returning id`,
    [bookingNow],
  )
  const { token: joinLink } = await db.one(`select app_private.link_token('join', $1, $2, 0) as token`, [
    a.clinicId,
    bookingNow,
  ])
  await db.query(
    `insert into app_public.doctor_rooms (clinic_id, doctor_id, url)
     select clinic_id, id, 'https://rooms.test/' || id from app_public.doctors where is_active and id = any ($1)`,
    [[a.doctorId, b.doctorId]],
  )
  await db.query(
    `insert into app_public.booking_answers (clinic_id, booking_id, question_id, answer)
     select b.clinic_id, b.id, q.id, 'Since Monday'
     from app_public.bookings b join app_public.service_questions q 
       on q.clinic_id = b.clinic_id and q.service_id = b.service_id
     where b.clinic_id = any ($1)`,
    own,
  )

  const series = await db.query<{ id: string; clinic_id: string; customer_id: string }>(
    `insert into app_public.booking_series (clinic_id, customer_id)
     select distinct clinic_id, customer_id from app_public.bookings where clinic_id = any ($1) returning *`,
    own,
  )
  const seriesId = series.find((row) => row.clinic_id === a.clinicId && row.customer_id === ann.customerId)
    ?.id as string

  // A confirmation that went out, others that are late, a booking to be rebooked, and the past of each patient.
  const { id: notification } = await db.one(
    `update app_public.notifications set state = 'sent', sent_at = now() where booking_id = $1 and kind = 'booking_confirmed' and channel = 'email' returning id`,
    [bookingNow],
  )
  await db.query(
    `update app_public.notifications set due_at = due_at - interval '1 hour' where state = 'pending' and due_at <= now() and clinic_id = any ($1)`,
    own,
  )
  const entries = await db.query(
    `insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
     select clinic_id, id, booking_slot_id, 'time_moved' from app_public.bookings where id = $1 or clinic_id = $2
     returning clinic_id, id`,
    [booking, b.clinicId],
  )
  const rebooking = entries.find(({ clinic_id }) => clinic_id === a.clinicId)?.id as string
  await db.query(
    `insert into app_public.archived_booking_slots (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at, service_id)
     select clinic_id, -id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at, service_id
     from app_public.booking_slots where status = 'booked' and clinic_id = any ($1)`,
    own,
  )
  await db.query(
    `insert into app_public.archived_bookings (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, sequence, created_at, visit_starts_at, visit_ends_at, service_id)
     select clinic_id, -id, -booking_slot_id, customer_id, doctor_id, slot_date, during, status, sequence, created_at, visit_starts_at, visit_ends_at, service_id from app_public.bookings
     where clinic_id = any ($1)`,
    own,
  )

  const moneyOfAnn = await money(db, a, ann, 80)
  await money(db, a, bob, 81)
  await money(db, b, bob, 82)

  // Their entries on the waiting list and their offers; the time offered to Ann is open to all by now.
  await db.query(
    `insert into app_public.waiting_list (clinic_id, customer_id, from_date, until_date)
     select cc.clinic_id, cc.customer_id, (now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date + 30 from app_public.clinic_customers cc
     where (cc.clinic_id, cc.customer_id) in (($1, $3), ($1, $4), ($2, $4))`,
    [a.clinicId, b.clinicId, ann.customerId, bob.customerId],
  )
  await db.query(
    `insert into app_public.slot_offers (clinic_id, waiting_id, customer_id, booking_slot_id, slot_ids, head_start, lasts_until, state, ended_at)
     select w.clinic_id, w.id, w.customer_id, s.id, array[s.id], tstzrange(now() - interval '1 hour', now()), now(), 'opened', now()
     from app_public.waiting_list w join unnest($1::bigint[], $2::bigint[]) as s (clinic_id, id) using (clinic_id)`,
    [
      [a.clinicId, b.clinicId],
      [a.openSlotId, b.openSlotId],
    ],
  )
  await db.query(
    `insert into app_public.notifications (clinic_id, slot_offer_id, customer_id, kind, booking_sequence, due_at, state, sent_at)
     select clinic_id, id, customer_id, 'slot_offered', 0, now(), 'sent', now() from app_public.slot_offers where clinic_id = any ($1)`,
    own,
  )
  await db.query(
    `insert into app_public.notifications (clinic_id, slot_offer_id, customer_id, kind, channel, booking_sequence, due_at, state)
     select clinic_id, id, customer_id, 'slot_offered', 'sms', 1, now(), 'dead' from app_public.slot_offers
     where clinic_id = any ($1)`,
    own,
  )
  // Bob waits to move a booking.
  await db.query(
    `update app_public.waiting_list w
     set booking_id = b.id, service_id = b.service_id, doctor_id = b.doctor_id, specialization_id = $2
     from app_public.bookings b where w.customer_id = $1 and b.clinic_id = w.clinic_id and b.customer_id = w.customer_id`,
    [bob.customerId, specializationId],
  )
  const { waiting, offer, offerLink } = await db.one<{ waiting: string; offer: string; offerLink: string }>(
    `select o.waiting_id as waiting, o.id as offer, app_private.link_token('offer', o.clinic_id, o.id, 0) as "offerLink"
     from app_public.slot_offers o where o.clinic_id = $1 and o.customer_id = $2`,
    [a.clinicId, ann.customerId],
  )

  return {
    money: moneyOfAnn,
    ann,
    bob,
    gina,
    fritz,
    rob,
    uma,
    a,
    b,
    closed,
    specializationId,
    claims,
    bookingNow,
    booking,
    link: link as string,
    joinLink: joinLink as string,
    recording: recording as string,
    heldSlotId,
    notification: notification as string,
    rebooking,
    waiting,
    offer,
    offerLink,
    seriesId,
  }
}

/** Makes somebody's account one that registered with the address of another and did not confirm it. */
async function registerAgain(db: Db, somebody: Customer, owner: Customer) {
  const { email } = await db.one('select email from app_private.accounts where id = $1', [owner.accountId])
  await db.query(
    'update app_private.accounts set email = null, claimed_email = $2, email_verified_at = null where id = $1',
    [somebody.accountId, email],
  )
  await db.query('update app_public.customers set email = $2 where id = $1', [somebody.customerId, email])
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
  const serviceId = await aService(db, clinicId, {
    doctors: [doctorId],
    specialization_id: specializationId,
    mode: 'either',
  })
  const formerServiceId = await aService(db, clinicId)
  await db.query('update app_public.services set is_active = false where id = $1', [formerServiceId])
  const resourceId = await aResource(db, clinicId)
  await needs(db, clinicId, formerServiceId, [[resourceId]])
  const pricedServiceId = await prices(db, clinicId, doctorId, colleagueId)
  const questionId = await aQuestion(db, clinicId, serviceId)
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
  // A free slot that the first of these absences withdraws.
  const awaySlotId = await aSlot(db, clinicId, doctorId, 41 * 24)
  const absenceIds: string[] = []
  for (const whose of [null, doctorId, colleagueId])
    absenceIds.push(
      (
        await db.one(
          `insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date, note)
           select clinic_id, $2, 'vacation', slot_date - 1, slot_date, 'Away' from app_public.booking_slots where id = $1
           returning id`,
          [awaySlotId, whose],
        )
      ).id,
    )
  const [absenceOfAllId, absenceId, colleaguesAbsenceId] = absenceIds as [string, string, string]
  const { id: calendarId } = await connectCalendar(db, clinicId, doctorId)
  const { id: colleaguesCalendarId } = await connectCalendar(db, clinicId, colleagueId)
  // A range in which the template wants nothing: a run is recorded, no slot made.
  await db.query(`select app_public.generate_booking_slots($1, '2020-01-01', '2020-01-01')`, [clinicId])
  return {
    clinicId,
    doctorId,
    formerDoctorId,
    serviceId,
    formerServiceId,
    pricedServiceId,
    resourceId,
    questionId,
    timeSlotId,
    formerTimeSlotId,
    templateId,
    openSlotId,
    colleagueId,
    colleaguesSlotId,
    withdrawnSlotId,
    absenceOfAllId,
    absenceId,
    colleaguesAbsenceId,
    calendarId,
    colleaguesCalendarId,
    invitationId: invitationId as string,
  }
}
