import { describe, expect, it } from '@jest/globals'
import {
  type Booking,
  book,
  bookingOf,
  cancel,
  hold,
  release,
  reschedule,
  withdraw,
} from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms, aResource, needs, resourcesOf } from '../../../helpers/clinic/rooms.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

type Practice = Awaited<ReturnType<typeof aPracticeWithRooms>>

/** Books for a new customer, as the owner: the doctor 0 or 1, the slot 0 to 5. */
const bookAt = async (db: Db, { clinicId, slots }: Practice, serviceId: string | null, doctor: 0 | 1, slot: number) =>
  book(db, clinicId, slots[doctor][slot] as string, { customerId: (await aCustomer(db)).customerId, serviceId })

const holdAt = async (db: Db, { clinicId, slots }: Practice, serviceId: string | null, doctor: 0 | 1, slot: number) => {
  const customer = await aCustomer(db)
  const { customerId } = customer
  return { ...customer, ...(await hold(db, clinicId, slots[doctor][slot] as string, { customerId, serviceId })) }
}

const claims = (db: Db, clinicId: string) =>
  db.query('select * from app_public.resource_claims where clinic_id = $1 order by id', [clinicId])

describe('a visit to a service that needs a room and a machine', () => {
  it('takes the first of the rooms and the machine for its time', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { id, customer_id, visit_starts_at, visit_ends_at } = await bookAt(db, practice, practice.ultrasound, 0, 0)
      expect(await resourcesOf(db, id)).toEqual([practice.rooms[0], practice.machine])
      const [one] = await db.query(
        `select customer_id, lower(during) as starts_at, upper(during) as ends_at
         from app_public.resource_claims where booking_id = $1`,
        [id],
      )
      expect(one).toEqual({ customer_id, starts_at: visit_starts_at, ends_at: visit_ends_at })
    }))

  it('is refused, and nothing is booked, while another visit has the machine', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      await bookAt(db, practice, practice.ultrasound, 0, 0)
      await expectRefusal(bookAt(db, practice, practice.ultrasound, 1, 0), 'no_resource_free')
      expect(await statesOf(db, practice.slots[1])).toBe('oooooo')
      // The next room is free, and right after the visit so is the machine.
      const check = await bookAt(db, practice, practice.check, 1, 0)
      expect(await resourcesOf(db, check.id)).toEqual([practice.rooms[1]])
      const after = await bookAt(db, practice, practice.ultrasound, 1, 1)
      expect(await resourcesOf(db, after.id)).toEqual([practice.rooms[0], practice.machine])
    }))

  it.each<[string, (db: Db, booking: Booking) => Promise<unknown>]>([
    ['is cancelled', (db, { clinic_id, id }) => cancel(db, clinic_id, id)],
    ['loses its slot', (db, booking) => withdraw(db, booking.clinic_id, booking.booking_slot_id, { cascade: true })],
    [
      'is cancelled by a DBA',
      async (db, booking) => {
        await db.query(
          `update app_public.bookings set status = 'cancelled', cancelled_at = now(), cancelled_by = 'clinic'
           where id = $1`,
          [booking.id],
        )
        await db.query(`update app_public.booking_slots set status = 'open', customer_id = null where id = $1`, [
          booking.booking_slot_id,
        ])
      },
    ],
  ])('releases its resources when it %s', (_, end) =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      await end(db, await bookAt(db, practice, practice.ultrasound, 0, 0))
      expect(await claims(db, practice.clinicId)).toEqual([])
      await bookAt(db, practice, practice.ultrasound, 1, 0)
      await db.query('set constraints all immediate')
    }),
  )

  it('takes resources at the new time when it is moved, its own room if that is free', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, slots, rooms, machine, ultrasound, check } = practice
      await bookAt(db, practice, check, 1, 0)
      const { id } = await bookAt(db, practice, ultrasound, 0, 0)
      expect(await resourcesOf(db, id)).toEqual([rooms[1], machine])
      await reschedule(db, clinicId, id, slots[0][2] as string)
      expect(await resourcesOf(db, id)).toEqual([rooms[1], machine])
      // A move to a time at which the machine is taken is refused, and the visit stays where it is.
      await bookAt(db, practice, ultrasound, 1, 4)
      await expectRefusal(reschedule(db, clinicId, id, slots[0][4] as string), 'no_resource_free')
      expect((await bookingOf(db, id)).booking_slot_id).toBe(slots[0][2])
      expect(await resourcesOf(db, id)).toEqual([rooms[1], machine])
      // With another service it needs other resources.
      await reschedule(db, clinicId, id, slots[0][2] as string, null, check)
      expect(await resourcesOf(db, id)).toEqual([rooms[1]])
      // Without a service it needs nothing.
      await reschedule(db, clinicId, id, slots[0][3] as string, null, null, null, true)
      expect(await resourcesOf(db, id)).toEqual([])
      await db.query('set constraints all immediate')
    }))

  it('may be moved to another doctor at the same time: its own claims are not in its way', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { id } = await bookAt(db, practice, practice.ultrasound, 0, 0)
      await reschedule(db, practice.clinicId, id, practice.slots[1][0] as string)
      expect(await resourcesOf(db, id)).toEqual([practice.rooms[0], practice.machine])
    }))

  it('keeps them while it is checked in, completed or a no-show', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { id } = await bookAt(db, practice, practice.ultrasound, 0, 0)
      const had = await resourcesOf(db, id)
      for (const status of ['no_show', 'booked', 'checked_in', 'completed']) {
        await db.query('update app_public.bookings set status = $2 where id = $1', [id, status])
        expect(await resourcesOf(db, id)).toEqual(had)
      }
      await db.query('set constraints all immediate')
    }))

  it('is not free during the turnover after a visit', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      await db.query(`update app_public.resources set turnover = '20 minutes' where id = $1`, [practice.machine])
      await bookAt(db, practice, practice.ultrasound, 0, 1)
      await expectRefusal(bookAt(db, practice, practice.ultrasound, 1, 2), 'no_resource_free')
      // The turnover does not fit between this visit and the next one.
      await expectRefusal(bookAt(db, practice, practice.ultrasound, 1, 0), 'no_resource_free')
      await bookAt(db, practice, practice.ultrasound, 1, 3)
    }))

  it('takes no buffers of the service: a room is taken while the patient is there', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, doctors, machine } = practice
      const short = await aService(db, clinicId, {
        doctors: [...doctors],
        duration: '20 minutes',
        buffer_before: '5 minutes',
        buffer_after: '5 minutes',
      })
      await needs(db, clinicId, short, [[machine]])
      await db.query(`update app_public.resources set turnover = '10 minutes' where id = $1`, [machine])
      await bookAt(db, practice, short, 0, 0)
      await bookAt(db, practice, short, 1, 1)
      expect(await claims(db, clinicId)).toHaveLength(2)
    }))

  it('takes nothing if it is online', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, check, slots } = practice
      await db.query(`update app_public.services set mode = 'either' where id = $1`, [check])
      const online = (slot: number) =>
        db.one('select * from app_public.book_slot($1, $2, $3, service_id => $4, online => true)', [
          clinicId,
          slots[0][slot],
          practice.customer.customerId,
          check,
        ])
      await online(0)
      await db.query(`update app_public.services set mode = 'online' where id = $1`, [check])
      await holdAt(db, practice, check, 1, 0)
      expect(await claims(db, clinicId)).toEqual([])
    }))

  it('never gets an inactive resource, but visits that have one keep it', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, rooms, check } = practice
      const { id } = await bookAt(db, practice, check, 0, 0)
      await db.query('update app_public.resources set is_active = false where id = $1', [rooms[0]])
      expect(await resourcesOf(db, id)).toEqual([rooms[0]])
      expect(await resourcesOf(db, (await bookAt(db, practice, check, 0, 1)).id)).toEqual([rooms[1]])
      await expectRefusal(bookAt(db, practice, check, 1, 1), 'no_resource_free')
      await reschedule(db, clinicId, id, practice.slots[0][3] as string)
      expect(await resourcesOf(db, id)).toEqual([rooms[1]])
    }))

  it('differs from one to a service without needs and one without a service, which take nothing', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, doctors } = practice
      await bookAt(db, practice, await aService(db, clinicId, { doctors: [...doctors] }), 0, 0)
      await bookAt(db, practice, null, 0, 1)
      expect(await claims(db, clinicId)).toEqual([])
    }))
})

describe('a hold', () => {
  it('keeps the resources of the visit, which its customer then books with', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, rooms, machine, ultrasound, check } = practice
      await bookAt(db, practice, check, 1, 0)
      const held = await holdAt(db, practice, ultrasound, 0, 0)
      await expectRefusal(bookAt(db, practice, check, 1, 0), 'slot_taken')
      await expectRefusal(holdAt(db, practice, ultrasound, 1, 0), 'slot_taken')
      const other = await aResource(db, clinicId)
      await needs(db, clinicId, check, [[...rooms, other]])
      await cancel(
        db,
        clinicId,
        (await db.one('select id from app_public.bookings where clinic_id = $1', [clinicId])).id,
      )
      await expectRefusal(bookAt(db, practice, ultrasound, 1, 0), 'no_resource_free')
      const { id } = await book(db, clinicId, held.id, { customerId: held.customerId, serviceId: ultrasound })
      expect(await resourcesOf(db, id)).toEqual([rooms[1], machine])
      expect(await claims(db, clinicId)).toHaveLength(2)
    }))

  it.each([
    ['is released', (db: Db, slot: Held) => release(db, slot.clinic_id, slot.id, { customerId: slot.customerId })],
    ['has expired', (db: Db, slot: Held) => expire(db, slot)],
    [
      'is taken over after it expired',
      async (db: Db, slot: Held) => {
        await expire(db, slot)
        await holdLater(db, slot, (await aCustomer(db)).customerId)
      },
    ],
    ['becomes a booking of no service', (db: Db, slot: Held) => book(db, slot.clinic_id, slot.id, slot)],
    [
      'is made again without a service',
      async (db: Db, slot: Held) => {
        await release(db, slot.clinic_id, slot.id, { customerId: slot.customerId })
        await holdLater(db, slot, slot.customerId)
      },
    ],
  ])('keeps nothing after it %s', (_, end) =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      await end(db, await holdAt(db, practice, practice.ultrasound, 0, 0))
      const { id } = await bookAt(db, practice, practice.ultrasound, 1, 0)
      expect(await resourcesOf(db, id)).toEqual([practice.rooms[0], practice.machine])
      expect(await claims(db, practice.clinicId)).toHaveLength(2)
    }),
  )

  it('is prolonged with what it keeps', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, ultrasound } = practice
      const held = await holdAt(db, practice, ultrasound, 0, 0)
      await hold(db, clinicId, held.id, { customerId: held.customerId, serviceId: ultrasound })
      await expectRefusal(bookAt(db, practice, ultrasound, 1, 0), 'no_resource_free')
      expect(await claims(db, clinicId)).toHaveLength(2)
    }))

  it('is refused if nothing is free for the visit', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      await bookAt(db, practice, practice.ultrasound, 1, 0)
      await expectRefusal(holdAt(db, practice, practice.ultrasound, 0, 0), 'no_resource_free')
      expect(await statesOf(db, practice.slots[0])).toBe('oooooo')
    }))
})

/** A hold of the slot alone, which does not end at the same moment as an earlier one of this transaction. */
async function holdLater(db: Db, { clinic_id, id }: Held, customerId: string) {
  await hold(db, clinic_id, id, { customerId })
  await db.query(`update app_public.booking_slots set held_until = held_until + interval '1 second' where id = $1`, [
    id,
  ])
}

type Held = Awaited<ReturnType<typeof holdAt>>
const expire = (db: Db, { id }: { id: string }) =>
  db.query(`update app_public.booking_slots set held_until = now() - interval '1 second' where id = $1`, [id])

describe('a DBA', () => {
  it('who inserts a booking gets its resources, or the refusal', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, slots, ultrasound, customers } = practice
      const insert = (doctor: 0 | 1, customerId: string) =>
        db.one(
          `with taken as (
             update app_public.booking_slots set status = 'booked', customer_id = $3 where id = $2 returning id)
           insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, service_id)
           select $1, id, $3, $4 from taken returning id`,
          [clinicId, slots[doctor][0], customerId, ultrasound],
        )
      for (const { customerId } of customers)
        await db.query(
          `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'P')
           on conflict do nothing`,
          [clinicId, customerId],
        )
      const { id } = await insert(0, customers[0].customerId)
      expect(await resourcesOf(db, id)).toEqual([practice.rooms[0], practice.machine])
      await expectRefusal(insert(1, customers[1].customerId), 'no_resource_free')
    }))

  it('who inserts a claim cannot give it another time, customer or need, nor what the service does not need', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { clinicId, rooms, machine } = practice
      const { id, customer_id } = await bookAt(db, practice, practice.check, 0, 0)
      const insert = (resourceId: string) =>
        db.one(
          `insert into app_public.resource_claims (clinic_id, booking_id, resource_id, need, customer_id, during)
           values ($1, $2, $3, 7, 0, 'empty') returning *`,
          [clinicId, id, resourceId],
        )
      await expectRefusal(insert(machine), 'resource_not_suitable')
      await expectViolation(insert(rooms[1]), 'unique_violation', 'a_visit_takes_one_resource_for_each_need')
      await db.query('delete from app_public.resource_claims where booking_id = $1', [id])
      expect(await insert(rooms[1])).toMatchObject({ need: 1, customer_id })
      await db.query('set constraints all immediate')
    }))

  it('cannot take a room away from a visit', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithRooms(db)
      const { id } = await bookAt(db, practice, practice.check, 0, 0)
      await db.query('delete from app_public.resource_claims where booking_id = $1', [id])
      await expectViolation(
        db.query('set constraints all immediate'),
        'check_violation',
        'a_visit_has_what_its_service_needs',
      )
    }))
})

it('archived bookings keep the name of their room, and their claims go with the booking', () =>
  inTransaction(async (db) => {
    const practice = await aPracticeWithRooms(db)
    const { clinicId } = practice
    const { id } = await bookAt(db, practice, practice.ultrasound, 0, 0)
    await db.query(`update app_public.bookings set status = 'no_show' where id = $1`, [id])
    for (let archived = 1; archived > 0; )
      archived = (await db.one(`select app_private.archive_past_slots(500, now() + interval '10 years') as n`)).n
    expect(await db.one('select room from app_public.archived_bookings where id = $1', [id])).toEqual({
      room: 'Room 1',
    })
    expect(await claims(db, clinicId)).toEqual([])
    await db.query('set constraints all immediate')
  }))
