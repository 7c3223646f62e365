import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, hold } from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms, aResource, needs, resourcesOf } from '../../../helpers/clinic/rooms.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aClinic } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { cameIntoItsState } from '../../booking/claiming.ts'

const needsOf = async (db: Db, serviceId: string) =>
  (
    await db.query(
      `select need, array_agg(resource_id::text order by resource_id) as ids from app_public.service_needs
       where service_id = $1 group by need order by need`,
      [serviceId],
    )
  ).map(({ need, ids }) => [need, ids])

const version = async (db: Db, serviceId: string) =>
  db.one('select takes_resources, row_version from app_public.services where id = $1', [serviceId])

describe('set_service_needs', () => {
  it('sets what a visit takes, marks the service and raises its version', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine } = await aPracticeWithRooms(db)
      const service = await aService(db, clinicId)
      const before = await version(db, service)
      const after = await needs(db, clinicId, service, [rooms, [machine]])
      expect(after).toMatchObject({ id: service, takes_resources: true })
      expect(after.row_version).toBeGreaterThan(before.row_version)
      expect(await needsOf(db, service)).toEqual([
        [1, rooms],
        [2, [machine]],
      ])
      expect(await needs(db, clinicId, service, [])).toMatchObject({ takes_resources: false })
      expect(await needsOf(db, service)).toEqual([])
    }))

  it('keeps the number of a need that keeps one of its resources', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine, ultrasound } = await aPracticeWithRooms(db)
      const other = await aResource(db, clinicId)
      await needs(db, clinicId, ultrasound, [[machine, other]])
      expect(await needsOf(db, ultrasound)).toEqual([[2, [machine, other]]])
      await needs(db, clinicId, ultrasound, [rooms, [other]])
      expect(await needsOf(db, ultrasound)).toEqual([
        [2, [other]],
        [3, rooms],
      ])
      // One need that becomes two.
      await needs(db, clinicId, ultrasound, [[rooms[1]], [rooms[0]], [other]])
      expect(await needsOf(db, ultrasound)).toEqual([
        [2, [other]],
        [3, [rooms[1]]],
        [4, [rooms[0]]],
      ])
    }))

  it('leaves bookings what they have', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine, ultrasound, slots, customer } = await aPracticeWithRooms(db)
      const { id } = await book(db, clinicId, slots[0][0] as string, {
        customerId: customer.customerId,
        serviceId: ultrasound,
      })
      await needs(db, clinicId, ultrasound, [])
      expect(await resourcesOf(db, id)).toEqual([rooms[0], machine])
      await cancel(db, clinicId, id)
      expect(await resourcesOf(db, id)).toEqual([])
      await db.query('set constraints all immediate')
    }))

  it('refuses what is not a list of lists of resources of the clinic, each once', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, check } = await aPracticeWithRooms(db)
      const elsewhere = await aResource(db, await aClinic(db))
      const set = (given: unknown, serviceId = check) =>
        db.one('select app_public.set_service_needs($1, $2, $3)', [clinicId, serviceId, JSON.stringify(given)])
      for (const given of [null, {}, 'x', [1], [[]], [[1]], [['x']], [[null]], [rooms, rooms], Array(11).fill(['1'])])
        await expectRefusal(set(given), 'invalid_argument')
      await expectRefusal(set([[elsewhere]]), 'resource_not_found')
      await expectRefusal(set([], '0'), 'service_not_found')
      await expectRefusal(
        db.one('select app_public.set_service_needs($1, $2, $3, 0)', [clinicId, check, '[]']),
        'stale_row_version',
      )
      expect(await needsOf(db, check)).toEqual([[1, rooms]])
    }))
})

describe('remove_resource', () => {
  it('removes what nothing needs or has, and deactivates everything else', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, check } = await aPracticeWithRooms(db)
      const unused = await aResource(db, clinicId)
      const remove = (id: string) => db.one('select * from app_public.remove_resource($1, $2)', [clinicId, id])
      expect(await remove(unused)).toMatchObject({ id: unused, is_active: false })
      await expectRefusal(remove(unused), 'resource_not_found')
      expect(await remove(rooms[0])).toMatchObject({ is_active: false, row_version: 2 })
      expect(await needsOf(db, check)).toEqual([[1, rooms]])
    }))
})

describe('change_booking_resource', () => {
  const change = (db: Db, clinicId: string, bookingId: string, resourceId: string, rowVersion: number | null = null) =>
    db.one('select * from app_public.change_booking_resource($1, $2, $3, $4)', [
      clinicId,
      bookingId,
      resourceId,
      rowVersion,
    ])

  it('gives a visit the other room, with a new version and an event', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine, ultrasound, slots, customer, receptionist } = await aPracticeWithRooms(db)
      const { id } = await book(db, clinicId, slots[0][0] as string, {
        customerId: customer.customerId,
        serviceId: ultrasound,
      })
      const changed = await db.as(receptionist.claims, () => change(db, clinicId, id, rooms[1]))
      expect(changed).toMatchObject({ id, row_version: 2, sequence: 0 })
      expect(await resourcesOf(db, id)).toEqual([rooms[1], machine])
      const [event] = await db.query(
        `select from_state, to_state, reason, actor from app_public.events where booking_id = $1 order by id desc limit 1`,
        [id],
      )
      expect(event).toEqual({
        from_state: 'booked',
        to_state: 'booked',
        reason: 'other room or equipment',
        actor: 'staff',
      })
      // Assigning the resource that the booking already has changes nothing.
      expect(await change(db, clinicId, id, rooms[1])).toMatchObject({ row_version: 2 })
      await db.query('set constraints all immediate')
    }))

  it('refuses what another visit has or a hold keeps, and what does not suit the visit', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine, check, slots, customers } = await aPracticeWithRooms(db)
      const [one, other] = customers
      const at = (doctor: 0 | 1) => slots[doctor][0] as string
      const { id } = await book(db, clinicId, at(0), { customerId: one.customerId, serviceId: check })
      await db.undone(async () => {
        await book(db, clinicId, at(1), { customerId: other.customerId, serviceId: check })
        await expectRefusal(change(db, clinicId, id, rooms[1]), 'resource_taken')
        expect(await resourcesOf(db, id)).toEqual([rooms[0]])
      })
      await hold(db, clinicId, at(1), { customerId: other.customerId, serviceId: check })
      await expectRefusal(change(db, clinicId, id, rooms[1]), 'resource_taken')
      await db.query(`update app_public.booking_slots set held_until = now() - interval '1 s' where id = $1`, [at(1)])
      await change(db, clinicId, id, rooms[1])
      await expectRefusal(change(db, clinicId, id, machine), 'resource_not_suitable')
      await expectRefusal(change(db, clinicId, id, '0'), 'resource_not_found')
      await expectRefusal(change(db, clinicId, '0', rooms[1]), 'booking_not_found')
      await expectRefusal(change(db, clinicId, id, rooms[0], 1), 'stale_row_version')
      await db.query('update app_public.resources set is_active = false where id = $1', [rooms[0]])
      await expectRefusal(change(db, clinicId, id, rooms[0]), 'resource_not_suitable')
      await cancel(db, clinicId, id)
      await expectRefusal(change(db, clinicId, id, rooms[1]), 'resource_not_suitable')
    }))

  it('leaves the time limit for undoing a check-in as it was', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, check, slots, customer } = await aPracticeWithRooms(db)
      const { id } = await book(db, clinicId, slots[0][0] as string, {
        customerId: customer.customerId,
        serviceId: check,
      })
      await db.query(`update app_public.bookings set status = 'checked_in' where id = $1`, [id])
      await cameIntoItsState(db, id, '2 days')
      await change(db, clinicId, id, rooms[1])
      await expectRefusal(
        db.query(`update app_public.bookings set status = 'booked' where id = $1`, [id]),
        'undo_too_late',
      )
    }))
})

describe('resources_for_booking', () => {
  it('lists what the visit has and what else is free for it', () =>
    inTransaction(async (db) => {
      const { clinicId, rooms, machine, ultrasound, check, slots, customers } = await aPracticeWithRooms(db)
      const third = await aResource(db, clinicId, { name: 'Room 0' })
      await needs(db, clinicId, ultrasound, [[...rooms, third], [machine]])
      const list = async (id: string) =>
        (await db.query('select id from app_public.resources_for_booking($1, $2)', [clinicId, id])).map((row) => row.id)
      const [one, other] = customers
      const { id } = await book(db, clinicId, slots[0][0] as string, {
        customerId: one.customerId,
        serviceId: ultrasound,
      })
      expect(await list(id)).toEqual([third, ...rooms, machine])
      await book(db, clinicId, slots[1][0] as string, { customerId: other.customerId, serviceId: check })
      expect(await list(id)).toEqual([third, rooms[0], machine])
      const plain = await book(db, clinicId, slots[1][2] as string, { customerId: other.customerId })
      expect(await list(plain.id)).toEqual([])
      await cancel(db, clinicId, id)
      expect(await list((await bookingOf(db, id)).id)).toEqual([])
      await expectRefusal(list('0'), 'booking_not_found')
    }))
})
