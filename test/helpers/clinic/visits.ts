import type { Db } from '../database/database.ts'
import type { Slot } from './operations.ts'
import { aService } from './services.ts'
import { aDoctor, aPractice, aTimeSlot } from './world.ts'

// Visits that take several slots. A doctor's slots adjoin each other, and their ids are not in order of time.
type Maker = Pick<Db, 'one' | 'query'>

/**
 * Adjoining open slots of a doctor, in order of time, from `hours` from now on. They are created in another order: the
 * odd ones first, from the last to the first.
 */
export async function aRowOfSlots(
  db: Maker,
  clinicId: string,
  doctorId: string,
  count: number,
  { hours = 48, minutes = 30, from }: { hours?: number; minutes?: number; from?: string } = {},
): Promise<string[]> {
  const first = from ?? `now() + make_interval(hours => ${hours})`
  const timeSlotIds: string[] = []
  for (let i = 0; i < count; i++) timeSlotIds.push(await aTimeSlot(db, clinicId))
  const rows = await db.query<{ id: string }>(
    `with wanted as (
       select n, ts as time_slot_id, ${first} + (n - 1) * make_interval(mins => $4) as starts_at
       from unnest($3::bigint[]) with ordinality as t (ts, n)),
     made as (
       insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select c.id, $2, w.time_slot_id, (w.starts_at at time zone c.time_zone)::date,
         tstzrange(w.starts_at, w.starts_at + make_interval(mins => $4))
       from wanted w, app_public.clinics c where c.id = $1
       order by w.n % 2 desc, w.n desc
       returning id, starts_at)
     select id from made order by starts_at`,
    [clinicId, doctorId, timeSlotIds, minutes],
  )
  return rows.map(({ id }) => id)
}

/**
 * A practice whose doctor has six adjoining slots of half an hour, in order of time, and offers a check (one slot), a
 * first visit (an hour: two slots) and a long visit (two hours: four slots).
 */
export async function aVisitPractice(db: Maker, timeZone?: string) {
  const practice = await aPractice(db, timeZone)
  const { clinicId } = practice
  const doctorId = await aDoctor(db, clinicId)
  const offer = (duration: string | null) => aService(db, clinicId, { doctors: [doctorId], duration })
  return {
    ...practice,
    doctorId,
    slotIds: await aRowOfSlots(db, clinicId, doctorId, 6),
    check: await offer(null),
    firstVisit: await offer('1 hour'),
    longVisit: await offer('2 hours'),
  }
}

/** The present states of slots, in the given order; the owner sees all slots. */
export async function slotsOf(db: Maker, slotIds: string[]) {
  return db.query<Slot & Record<string, unknown>>(
    `select bs.* from unnest($1::bigint[]) with ordinality as wanted (id, n)
     join app_public.booking_slots bs using (id) order by n`,
    [slotIds],
  )
}

/** A letter for the status of each slot: o(pen), h(eld), b(ooked), w(ithdrawn). */
export const statesOf = async (db: Maker, slotIds: string[]) =>
  (await slotsOf(db, slotIds)).map(({ status }) => status[0]).join('')
