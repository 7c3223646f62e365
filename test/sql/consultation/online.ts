import { aService } from '../../helpers/clinic/services.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import type { Db } from '../../helpers/database/database.ts'

// Online visits for tests.

type Maker = Pick<Db, 'one' | 'query'>

/** A clinic with a service that takes place online and a slot of it, by default one that begins now. */
export async function anOnlinePractice(db: Maker, { hours = 0, mode = 'online' } = {}) {
  const practice = await aPractice(db)
  const { clinicId, doctorId } = practice
  const serviceId = await aService(db, clinicId, { name: 'Video', mode, doctors: [doctorId] })
  return { ...practice, serviceId, slotId: await aSlot(db, clinicId, doctorId, hours) }
}

/** Books the service in a slot for a customer, as the owner. */
export const bookOnline = (
  db: Maker,
  { clinicId, serviceId, customer }: { clinicId: string; serviceId: string; customer: { customerId: string } },
  slotId: string,
  online: boolean | null = null,
) =>
  db.one<{ id: string; is_online: boolean }>(
    'select * from app_public.book_slot($1, $2, $3, service_id => $4, online => $5)',
    [clinicId, slotId, customer.customerId, serviceId, online],
  )

export interface Consultation {
  booking_id: string
  booking_sequence: number
  state: 'wanted' | 'ready' | 'failed' | 'unwanted' | 'over'
  opens_at: Date
  closes_at: Date
  provider: string | null
  room: string
  provider_reference: string | null
  last_error: string | null
  patient_came_at: Date | null
  doctor_came_at: Date | null
}

export const consultationOf = (db: Maker, bookingId: string): Promise<Consultation> =>
  db.one<Consultation & Record<string, unknown>>('select * from app_public.consultations where booking_id = $1', [
    bookingId,
  ])

/** What the job does with a provider that needs no call. */
export async function prepareAll(db: Maker): Promise<number> {
  const claimed = await db.query('select * from app_private.claim_consultations(1000)')
  for (const each of claimed) {
    await db.query('select app_private.record_consultation($1, $2, $3, $4, $5)', [
      each.clinic_id,
      each.booking_id,
      each.booking_sequence,
      each.is_wanted,
      each.is_wanted ? 'https://rooms.test/it' : null,
    ])
  }
  return claimed.length
}

/** The rows of the view that is always empty. */
export const exceptions = (db: Maker, clinicId: string) =>
  db.query('select * from app_private.online_bookings_without_consultation where clinic_id = $1', [clinicId])

export const joinToken = async (db: Maker, bookingId: string): Promise<string> => {
  const { url } = await db.one<{ url: string }>(
    `select app_private.join_url('', b) as url from app_public.bookings b where id = $1`,
    [bookingId],
  )
  return url.slice('/join#'.length)
}
