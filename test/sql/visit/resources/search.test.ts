import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { book, cancel, hold } from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms, needs } from '../../../helpers/clinic/rooms.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aCustomer } from '../../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../../helpers/database/database.ts'

type Found = { booking_slot_id: string; cursor: string }

const search = (db: Db, clinicId: string, serviceId: string, pageSize = 100, after: string | null = null) =>
  db.query<Found>('select * from app_public.available_slots($1, service_id => $2, page_size => $3, after => $4)', [
    clinicId,
    serviceId,
    pageSize,
    after,
  ])

async function inPagesOf(db: Db, clinicId: string, serviceId: string, size: number) {
  const found: string[] = []
  for (let after: string | null = null; ; ) {
    const page: Found[] = await search(db, clinicId, serviceId, size, after)
    found.push(...page.map((row) => row.booking_slot_id))
    if (page.length < size) return found
    after = page.at(-1)?.cursor ?? null
  }
}

/** Whether a new customer can book this now: tried, and undone. */
const canBook = (db: Db, clinicId: string, slotId: string, serviceId: string, customerId: string) =>
  db.undone(async () => {
    try {
      await book(db, clinicId, slotId, { customerId, serviceId })
      return 'null'
    } catch (error) {
      return (error as { code: string }).code
    }
  })

const bookability = (db: Db, clinicId: string, slotId: string, serviceId: string) =>
  db.one('select is_bookable, refused_as as refusal from app_public.slot_bookability($1, $2, $3)', [
    clinicId,
    slotId,
    serviceId,
  ])

it('the search for a service shows only times at which a room and the machine are free', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound, check, customer } = await aPracticeWithRooms(db)
    const [first, second] = slots
    const { id } = await book(db, clinicId, first[1] as string, {
      customerId: customer.customerId,
      serviceId: ultrasound,
    })
    const found = async (service: string) => (await search(db, clinicId, service)).map((row) => row.booking_slot_id)
    const free = (of: readonly string[]) => of.filter((_, i) => i !== 1)
    expect((await found(ultrasound)).sort()).toEqual([...free(first), ...free(second)].sort())
    expect((await found(check)).sort()).toEqual([...free(first), ...second].sort())
    expect(await bookability(db, clinicId, second[1] as string, ultrasound)).toEqual({
      is_bookable: false,
      refusal: 'no_resource_free',
    })
    await cancel(db, clinicId, id)
    expect(await found(ultrasound)).toHaveLength(12)
  }))

it('a slot is bookable for the customer who holds its machine', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound, customer } = await aPracticeWithRooms(db)
    const slotId = slots[0][0] as string
    await hold(db, clinicId, slotId, { customerId: customer.customerId, serviceId: ultrasound })
    await db.as(customer.claims, async () => {
      expect((await bookability(db, clinicId, slotId, ultrasound)).is_bookable).toBe(true)
      expect((await bookability(db, clinicId, slots[1][0] as string, ultrasound)).refusal).toBe('no_resource_free')
    })
  }))

it('days_with_free_slots has no day without a room', () =>
  inTransaction(async (db) => {
    const { clinicId, rooms, check } = await aPracticeWithRooms(db)
    const days = () =>
      db.query('select * from app_public.days_with_free_slots($1, service_id => $2)', [clinicId, check])
    expect(await days()).not.toEqual([])
    await db.query('update app_public.resources set is_active = false where id = any ($1)', [rooms])
    expect(await days()).toEqual([])
  }))

it('a short page of the search skips free times for which the machine is taken', () =>
  inTransaction(async (db) => {
    const { clinicId, slots, ultrasound, check, customer } = await aPracticeWithRooms(db)
    const [first, second] = slots
    // The machine is taken at the first time. The slot of the first doctor at that time is free, but the one after it
    // is booked.
    await book(db, clinicId, second[0] as string, { customerId: customer.customerId, serviceId: ultrasound })
    const other = await aCustomer(db)
    await book(db, clinicId, first[1] as string, { customerId: other.customerId, serviceId: check })
    // The search begins at a given time, because a page that begins after a slot reads one more free time of each
    // doctor.
    const found = await db.query<Found>(
      `select * from app_public.available_slots($1, service_id => $2, page_size => 1, from_time => now() + interval '1 hour')`,
      [clinicId, ultrasound],
    )
    expect(found).toMatchObject([{ booking_slot_id: second[1] }])
  }))

it('the search finds exactly what can be booked, in pages of any size, whatever was booked before', () =>
  inTransaction(async (db) => {
    const practice = await aPracticeWithRooms(db)
    const { clinicId, rooms, machine, doctors } = practice
    const all = [...practice.slots[0], ...practice.slots[1]]
    const long = await aService(db, clinicId, {
      doctors: [...doctors],
      duration: '40 minutes',
      buffer_before: '10 minutes',
    })
    await needs(db, clinicId, long, [rooms, [machine]])
    const services = [practice.ultrasound, practice.check, long]
    const patient = await aCustomer(db)
    const bookable = async (service: string) => {
      const slots: string[] = []
      for (const slot of all)
        if ((await canBook(db, clinicId, slot, service, patient.customerId)) === 'null') slots.push(slot)
      return slots.sort()
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(11), fc.nat(2), fc.boolean()), { maxLength: 8 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (visits, turnover, size) =>
          db.undone(async () => {
            await db.query('update app_public.resources set turnover = make_interval(mins => $2) where id = $1', [
              machine,
              turnover,
            ])
            for (const [slot, service, isHeld] of visits) {
              const { customerId } = await aCustomer(db)
              await (isHeld ? hold : book)(db, clinicId, all[slot] as string, {
                customerId,
                serviceId: services[service] as string,
              }).catch(() => undefined)
            }
            for (const service of services) {
              const found = await inPagesOf(db, clinicId, service, size)
              expect([...found].sort()).toEqual(await bookable(service))
            }
          }),
      ),
      { numRuns: 10 },
    )
  }))
