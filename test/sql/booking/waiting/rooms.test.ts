import { expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms } from '../../../helpers/clinic/rooms.ts'
import { aCustomer } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { accept, join, notOffered, offersOf } from './waiting.ts'

it('an offer reserves no room: accepting it is refused while another visit has the room, and works when the room is free again', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound: serviceId, customer } = await aPracticeWithRooms(db)
    const [first, second] = [slots[0][0] as string, slots[1][0] as string]
    const waiter = await aCustomer(db)
    const { id } = await book(db, clinicId, first, { customerId: customer.customerId, serviceId })
    await db.as(waiter.claims, () => join(db, clinicId, { service_id: serviceId }))
    await cancel(db, clinicId, id)
    const [offer] = await offersOf(db, first)
    if (!offer) throw new Error('nothing was offered')

    // The one machine is taken at the other doctor.
    const other = await aCustomer(db)
    const { id: otherId } = await book(db, clinicId, second, { customerId: other.customerId, serviceId })
    await expectRefusal(
      db.as(waiter.claims, () => accept(db, offer)),
      'no_resource_free',
    )
    expect(await offersOf(db, first)).toMatchObject([{ id: offer.id, state: 'offered' }])
    await cancel(db, clinicId, otherId)
    await db.as(waiter.claims, () => accept(db, offer))
    expect(await offersOf(db, first)).toMatchObject([{ id: offer.id, state: 'accepted' }])
  }))

it('a freed time without a free machine is not offered', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound, check, customer } = await aPracticeWithRooms(db)
    const [first, second] = [slots[0][0] as string, slots[1][0] as string]
    const [other, waiter] = [await aCustomer(db), await aCustomer(db)]
    const { id } = await book(db, clinicId, first, { customerId: customer.customerId, serviceId: check })
    await book(db, clinicId, second, { customerId: other.customerId, serviceId: ultrasound })
    await db.as(waiter.claims, () => join(db, clinicId, { service_id: ultrasound }))
    await cancel(db, clinicId, id)
    expect(await offersOf(db, first)).toEqual([])
  }))

it('a time that was freed without a free machine still counts as rightly not offered when the machine is free later', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound, check, customer } = await aPracticeWithRooms(db)
    const [first, second] = [slots[0][0] as string, slots[1][0] as string]
    const [other, waiter] = [await aCustomer(db), await aCustomer(db)]
    const { id, doctor_id } = await book(db, clinicId, first, { customerId: customer.customerId, serviceId: check })
    const { id: otherId } = await book(db, clinicId, second, { customerId: other.customerId, serviceId: ultrasound })
    await db.as(waiter.claims, () => join(db, clinicId, { service_id: ultrasound, doctor_id }))
    await cancel(db, clinicId, id)
    await cancel(db, clinicId, otherId)
    expect(await offersOf(db, first)).toEqual([])
    expect(await notOffered(db, clinicId)).toEqual([])
  }))
