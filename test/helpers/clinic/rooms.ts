import type { Db } from '../database/database.ts'
import { aService } from './services.ts'
import { aRowOfSlots } from './visits.ts'
import { aCustomer, aDoctor, aPractice, unique } from './world.ts'

// Rooms and equipment of clinics, created by the owner with plain SQL.
type Maker = Pick<Db, 'one' | 'query'>

/** A room, or other equipment. The columns are those of app_public.resources, by their names in SQL. */
export async function aResource(db: Maker, clinicId: string, columns: Record<string, unknown> = {}): Promise<string> {
  const { type = 'room', name = unique('Room'), turnover = '0', is_active = true } = columns
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.resources (clinic_id, type, name, turnover, is_active) values ($1, $2, $3, $4, $5) returning id`,
    [clinicId, type, name, turnover, is_active],
  )
  return id
}

/** Says what visits to a service take: one resource of each list. */
export const needs = (db: Maker, clinicId: string, serviceId: string, resourceIds: string[][]) =>
  db.one('select * from app_public.set_service_needs($1, $2, $3)', [clinicId, serviceId, JSON.stringify(resourceIds)])

/** The ids of the resources that a booking has, in the order of its needs. */
export const resourcesOf = async (db: Maker, bookingId: string): Promise<string[]> =>
  (
    await db.query<{ resource_id: string }>(
      'select resource_id from app_public.resource_claims where booking_id = $1 order by need',
      [bookingId],
    )
  ).map(({ resource_id }) => resource_id)

/**
 * A practice whose two doctors have six slots of half an hour each, at the same times, two rooms and an ultrasound
 * machine. A visit to the service `ultrasound` takes a room and the machine, one to `check` a room.
 */
export async function aPracticeWithRooms(db: Maker) {
  const practice = await aPractice(db)
  const { clinicId } = practice
  const doctors = [await aDoctor(db, clinicId), await aDoctor(db, clinicId)] as const
  const [first, second] = doctors
  const rooms = [await aResource(db, clinicId, { name: 'Room 1' }), await aResource(db, clinicId, { name: 'Room 2' })]
  const machine = await aResource(db, clinicId, { type: 'equipment', name: 'Ultrasound' })
  const ultrasound = await aService(db, clinicId, { doctors: [first, second] })
  const check = await aService(db, clinicId, { doctors: [first, second] })
  await needs(db, clinicId, ultrasound, [rooms, [machine]])
  await needs(db, clinicId, check, [rooms])
  const slots = [await aRowOfSlots(db, clinicId, first, 6), await aRowOfSlots(db, clinicId, second, 6)] as const
  return {
    ...practice,
    doctors,
    rooms: rooms as [string, string],
    machine,
    ultrasound,
    check,
    /** The slots of the first and of the second doctor, in order of time. */
    slots: slots as readonly [string[], string[]],
    customers: [practice.customer, await aCustomer(db)] as const,
  }
}
