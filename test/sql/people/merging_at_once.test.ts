import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Connection, untilWaiting } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { sealAll } from '../../helpers/database/sealed.ts'
import { twoAtOnce } from './connections.ts'

// Merging while others book, move, cancel, erase or merge: each of two transactions waits for the other, in any order.

const at = twoAtOnce()

const merge = (connection: Connection, from: string, into: string) =>
  connection.one('select * from app_public.merge_customers($1, $2)', [from, into])

/** Two slots at the same hour, of two doctors, a person with an account and the record that the desk made of them. */
async function aWorld() {
  const practice = await aPractice(at.db)
  const { id: recordId } = await at.db.one(
    `with c as (insert into app_public.customers (full_name) values ('By telephone') returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name) select $1, id, 'By telephone' from c
     returning customer_id as id`,
    [practice.clinicId],
  )
  const colleague = await aDoctor(at.db, practice.clinicId)
  return {
    ...practice,
    recordId: recordId as string,
    personId: practice.customer.customerId,
    sameTime: await aSlot(at.db, practice.clinicId, colleague, 48),
    later: await aSlot(at.db, practice.clinicId, colleague, 60),
  }
}

/** `first` does something and does not commit; `second` has to wait for it. Returns the outcome of the second. */
async function inTurn(first: (one: Connection) => Promise<unknown>, second: (two: Connection) => Promise<unknown>) {
  await at.db.query('begin')
  await first(at.db)
  await at.other.query('begin')
  const waiting = second(at.other)
  await untilWaiting(at.observer, at.other, waiting)
  await at.db.query('commit')
  return waiting.finally(() => at.other.query('commit'))
}

const overlapping = () => at.db.query('select * from app_private.overlapping_visits_of_merged_customers')

describe('merging and booking at one time', () => {
  it('never gives a person two visits at one time, whichever comes first', async () => {
    const { clinicId, slotId, sameTime, recordId, personId } = await aWorld()
    await book(at.db, clinicId, slotId, { customerId: personId })
    await expectRefusal(
      inTurn(
        (one) => merge(one, recordId, personId),
        (two) => book(two, clinicId, sameTime, { customerId: recordId }),
      ),
      'customer_busy',
    )
    await at.db.query('select app_public.undo_merge($1)', [recordId])
    await expectRefusal(
      inTurn(
        (one) => book(one, clinicId, sameTime, { customerId: recordId }),
        (two) => merge(two, recordId, personId),
      ),
      'merged_visits_overlap',
    )
    expect(await overlapping()).toEqual([])
  })

  it('never gives a person two visits at one time when a visit is moved, or when both ids book at once', async () => {
    const { clinicId, slotId, sameTime, later, recordId, personId } = await aWorld()
    await book(at.db, clinicId, slotId, { customerId: personId })
    const movable = await book(at.db, clinicId, later, { customerId: recordId })
    await expectRefusal(
      inTurn(
        (one) => merge(one, recordId, personId),
        (two) => reschedule(two, clinicId, movable.id, sameTime),
      ),
      'customer_busy',
    )
    await cancel(
      at.db,
      clinicId,
      (await at.db.one('select id from app_public.bookings where booking_slot_id = $1', [slotId])).id,
    )
    await expectRefusal(
      inTurn(
        (one) => book(one, clinicId, slotId, { customerId: personId }),
        (two) => book(two, clinicId, sameTime, { customerId: recordId }),
      ),
      'customer_busy',
    )
    expect(await overlapping()).toEqual([])
  })
})

it('two merges at once make no chain', async () => {
  const [a, b, c] = [await aCustomer(at.db), await aCustomer(at.db), await aCustomer(at.db)].map(
    ({ customerId }) => customerId,
  )
  const [x, y, z] = [a, b, c] as [string, string, string]
  await expectRefusal(
    inTurn(
      (one) => merge(one, x, y),
      (two) => merge(two, y, z),
    ),
    'merge_not_possible',
  )
  await expectRefusal(
    inTurn(
      (one) => merge(one, z, y),
      (two) => merge(two, y, z),
    ),
    'merge_not_possible',
  )
  expect(
    await at.db.query(
      'select id, merged_into_id from app_public.customers where merged_into_id is not null order by id',
    ),
  ).toEqual([
    { id: x, merged_into_id: y },
    { id: z, merged_into_id: y },
  ])
})

it('merging and erasing at one time: an erased customer is not merged', async () => {
  const { recordId, personId } = await aWorld()
  await expectRefusal(
    inTurn(
      (one) => one.query('select app_public.erase_customer($1)', [personId]),
      (two) => merge(two, recordId, personId),
    ),
    'merge_not_possible',
  )
})

it('the chain of events verifies before a merge, after it and after it was undone, and is the same', async () => {
  const { clinicId, slotId, recordId, personId } = await aWorld()
  await book(at.db, clinicId, slotId, { customerId: recordId })
  const state = async () => {
    await sealAll(at.db)
    return {
      events: await at.db.query('select * from app_public.events where clinic_id = $1 order by id', [clinicId]),
      chain: await at.db.one('select hash, fault, unsealed from app_public.verify_events($1)', [clinicId]),
    }
  }
  const before = await state()
  expect(before.chain).toMatchObject({ fault: null, unsealed: '0' })
  await merge(at.db, recordId, personId)
  expect(await state()).toEqual(before)
  await at.db.query('select app_public.undo_merge($1)', [recordId])
  expect(await state()).toEqual(before)
})
