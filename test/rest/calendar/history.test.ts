import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { sealAll } from '../../helpers/database/sealed.ts'
import { type RestServer, serveRest } from '../api.ts'

let server: RestServer
beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())

it("a past state of the calendar is readable for the clinic's staff, page by page", async () => {
  const { owner } = server
  const { clinicId, slotId, customer, receptionist } = await aPractice(owner)
  const { at, day } = await owner.one(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, slot_date::text as day
     from app_public.booking_slots where id = $1`,
    [slotId],
  )
  const { id } = await owner.request(customer.claims, () => book(owner, clinicId, slotId))
  const desk = await server.as(receptionist.claims)
  const path = `/clinics/${clinicId}/calendar?from=${day}`
  const now = await desk('GET', path)
  expect(now.body.items).toMatchObject([
    {
      bookingSlotId: slotId,
      slotStatus: 'BOOKED',
      bookingId: id,
      bookingStatus: 'BOOKED',
      customerId: customer.customerId,
    },
  ])
  const then = await desk('GET', `${path}&at=${at}&limit=1`)
  expect(then.body.items).toMatchObject([
    { bookingSlotId: slotId, slotStatus: 'OPEN', bookingId: null, customerId: null },
  ])
  expect((await desk('GET', `${path}&at=${at}&limit=1&cursor=${then.body.nextCursor}`)).body.items).toEqual([])
  expect((await desk('GET', `${path}&to=2100-01-01`)).body).toMatchObject({ code: 'invalid_argument' })
})

it('a manager stores the head of the chain, and verifies against it later', async () => {
  const { owner } = server
  const { clinicId, manager } = await aPractice(owner)
  const client = await server.as(manager.claims)
  const events = `/clinics/${clinicId}/events`
  expect((await client('GET', `${events}/head`)).body).toMatchObject({ position: '0', hash: null })
  await sealAll(owner)
  const { position, hash } = (await client('GET', `${events}/head`)).body
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect((await client('GET', `${events}/verification`)).body).toMatchObject({
    position,
    hash,
    unsealed: '0',
    fault: null,
  })
  const since = `${events}/verification?sincePosition=${position}&sinceHash=`
  expect((await client('GET', since + hash)).body).toMatchObject({ fault: null })
  expect((await client('GET', since + hash.replace(/^./, '-'))).body).toMatchObject({
    fault: 'REWRITTEN',
    faultPosition: position,
  })
  // A head as medislot stores it elsewhere.
  const head = `${events}/verification?head=${position}:`
  expect((await client('GET', head + hash)).body).toMatchObject({ fault: null })
  expect(
    (await client('GET', head + hash.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0')))).body,
  ).toMatchObject({
    fault: 'REWRITTEN',
    faultPosition: position,
  })
  expect((await client('GET', `${head}x`)).body).toMatchObject({ status: 422, code: 'invalid_argument' })
})
