import { expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Connection, untilWaiting } from '../../helpers/database/connection.ts'
import { type Claims, expectRefusal } from '../../helpers/database/database.ts'
import { twoAtOnce } from './connections.ts'

// Changes of a family at the same time as bookings and cancellations.

const at = twoAtOnce()

/** Begins a request and leaves its transaction open. */
async function begin(connection: Connection, claims: Claims) {
  await connection.query('begin; set local role app_authenticator')
  await connection.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
}

async function aFamily() {
  const practice = await aPractice(at.db)
  const { claims } = practice.customer
  const { dependant_customer_id: child } = await at.db.request(claims, () =>
    at.db.one(`select * from app_public.add_dependant('Tim', current_date - 2000, 'parent')`),
  )
  return { ...practice, claims, child: child as string }
}

const end = (connection: Connection, child: string) =>
  connection.query('select app_public.end_guardianship($1)', [child])

it('a guardianship that ends after a request began stops its booking', async () => {
  const { clinicId, slotId, claims, child } = await aFamily()
  await begin(at.db, claims)
  await at.other.request(claims, () => end(at.other, child))
  // The claims of the request still name the child.
  await expectRefusal(book(at.db, clinicId, slotId, { customerId: child }), 'customer_not_found')
  await at.db.query('rollback')
})

it('a guardianship that ends after a request began stops its cancellation', async () => {
  const { clinicId, slotId, claims, child } = await aFamily()
  const { id } = await at.db.request(claims, () => book(at.db, clinicId, slotId, { customerId: child }))
  await begin(at.db, claims)
  await at.other.request(claims, () => end(at.other, child))
  await expectRefusal(cancel(at.db, clinicId, id), 'booking_not_found')
  await at.db.query('rollback')
})

it('a guardianship cannot end while the guardian’s booking is being committed', async () => {
  const { clinicId, slotId, claims, child } = await aFamily()
  await begin(at.db, claims)
  await book(at.db, clinicId, slotId, { customerId: child })
  await begin(at.other, claims)
  const ending = end(at.other, child)
  await untilWaiting(at.observer, at.other, ending)
  await at.db.query('commit')
  await ending
  await at.other.query('commit')
  expect(await at.db.query('select status from app_public.bookings where customer_id = $1', [child])).toEqual([
    { status: 'booked' },
  ])
  await begin(at.db, claims)
  expect(await at.db.query('select 1 from app_public.bookings')).toEqual([])
  await at.db.query('rollback')
})

it('of eleven children who are added at once, ten are accepted', async () => {
  const { claims } = await aFamily()
  for (let i = 0; i < 8; i++)
    await at.db.request(claims, () =>
      at.db.query(`select app_public.add_dependant($1, current_date - 2000, 'parent')`, [`Child ${i}`]),
    )
  await begin(at.db, claims)
  await at.db.query(`select app_public.add_dependant('Tenth', current_date - 2000, 'parent')`)
  await begin(at.other, claims)
  const eleventh = at.other.query(`select app_public.add_dependant('Eleventh', current_date - 2000, 'parent')`)
  await untilWaiting(at.observer, at.other, eleventh)
  await at.db.query('commit')
  await expectRefusal(eleventh, 'too_many_dependants')
})
