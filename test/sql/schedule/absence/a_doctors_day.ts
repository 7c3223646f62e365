import { aClinic, aCustomer, aDoctor, anEmployee, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import type { Db } from '../../../helpers/database/database.ts'

type Maker = Pick<Db, 'one' | 'query'>

/**
 * A clinic whose doctor works from nine to eleven in slots of half an hour on every day, with the slots of one local
 * date in `days` days, in order of time.
 */
export async function aDoctorsDay(db: Maker, days = 10) {
  const clinicId = await aClinic(db)
  const doctorId = await aDoctor(db, clinicId)
  const times = ['09:00', '09:30', '10:00', '10:30', '11:00']
  const timeSlotIds: string[] = []
  for (const [i, start] of times.slice(0, -1).entries())
    timeSlotIds.push(await aTimeSlot(db, clinicId, start, times[i + 1]))
  for (const timeSlotId of timeSlotIds)
    for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
  await db.query('delete from app_private.schedule_changes where clinic_id = $1', [clinicId])
  const { date } = await db.one<{ date: string }>(
    `select ((now() at time zone 'Europe/Berlin')::date + $1::int)::text as date`,
    [days],
  )
  await generate(db, clinicId, date)
  return {
    clinicId,
    doctorId,
    timeSlotIds,
    date,
    slotIds: await slotsOn(db, clinicId, date),
    desk: await anEmployee(db, clinicId, 'receptionist'),
    manager: await anEmployee(db, clinicId, 'manager'),
    doctor: await anEmployee(db, clinicId, 'doctor', doctorId),
    customer: await aCustomer(db),
  }
}

export const generate = (db: Maker, clinicId: string, from: string, to = from) =>
  db.one<{ slots_made: number; templates_passed_over: number; doctor_absent: number; examples: unknown[] }>(
    'select * from app_public.generate_booking_slots($1, $2, $3)',
    [clinicId, from, to],
  )

/** The slots of a date that were not superseded, in order of time. */
export const slotsOn = async (db: Maker, clinicId: string, date: string): Promise<string[]> =>
  (
    await db.query<{ id: string }>(
      `select id from app_public.booking_slots where clinic_id = $1 and slot_date = $2 and not superseded
       order by starts_at, id`,
      [clinicId, date],
    )
  ).map(({ id }) => id)

export const nextDay = (date: string, days = 1) =>
  new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The local date of a slot that is not across midnight, and hours within it. */
export const localHours = (db: Db, slotId: string) =>
  db.one<{ date: string; start: string; end: string }>(
    `select (starts_at at time zone c.time_zone)::date::text as date, to_char(starts_at at time zone c.time_zone + interval '1 minute', 'HH24:MI') as start,
       to_char(ends_at at time zone c.time_zone - interval '1 minute', 'HH24:MI') as end
     from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id where bs.id = $1`,
    [slotId],
  )
