import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import createClient from 'openapi-fetch'
import { aVisitPractice } from '../helpers/clinic/visits.ts'
import { aCustomer, aPractice, aSlot, type Customer, noonZone, unique } from '../helpers/clinic/world.ts'
import { untilServed } from '../helpers/time/few_at_once.ts'
import { type Client, type RestServer, serveRest } from './api.ts'
import type { paths } from './openapi.d.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let ann: Client
let desk: Client
let hours = 60

beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  ann = await server.as(practice.customer.claims)
  desk = await server.as(practice.receptionist.claims)
})

const newSlot = () => aSlot(server.owner, practice.clinicId, practice.doctorId, hours++)
const bookingsOf = async ({ customerId }: Customer) =>
  (await server.owner.query('select id from app_public.bookings where customer_id = $1', [customerId])).length

it('a client generated from openapi.json registers, finds a slot, books it, moves it and cancels it', async () => {
  const client = createClient<paths>({ baseUrl: `${server.url}/api` })
  const registered = await client.POST('/auth/register', {
    body: { email: `client-${Date.now()}@test.example`, password: 'a fine long password', fullName: 'Client' },
  })
  expect(registered.error).toBeUndefined()
  client.use({
    onRequest: ({ request }) => request.headers.set('authorization', `Bearer ${registered.data?.accessToken}`),
  })
  const later = await newSlot()

  const { data: found } = await client.GET('/clinics/{clinicId}/availability', {
    params: { path: { clinicId: practice.clinicId }, query: { limit: 1 } },
  })
  const slot = found?.items[0]
  expect(slot?.bookingSlotId).toBe(practice.slotId)

  const { data: booking, response } = await client.POST('/bookingSlots/{id}/book', {
    params: { path: { id: slot?.bookingSlotId ?? '' } },
    body: { note: 'First visit' },
  })
  expect(response.status).toBe(201)
  expect(booking).toMatchObject({ status: 'BOOKED', note: 'First visit', customerId: registered.data?.customerId })
  expect(response.headers.get('location')).toBe(`/api/bookings/${booking?.id}`)

  const path = { id: booking?.id ?? '' }
  const moved = await client.POST('/bookings/{id}/reschedule', { params: { path }, body: { bookingSlotId: later } })
  expect(moved.data).toMatchObject({ bookingSlotId: later, sequence: 1 })
  const cancelled = await client.POST('/bookings/{id}/cancel', { params: { path }, body: { reason: 'Well again' } })
  expect(cancelled.data).toMatchObject({
    status: 'CANCELLED',
    cancelledBy: 'CUSTOMER',
    cancellationReason: 'Well again',
  })
  const again = await client.POST('/bookings/{id}/cancel', { params: { path } })
  expect(again.error).toMatchObject({ code: 'illegal_transition', details: { status: 'cancelled' } })
})

describe('a visit of several slots', () => {
  it('is searched, held, booked for a service and moved: it takes as many slots as it needs', async () => {
    const { clinicId, doctorId, slotIds, firstVisit, longVisit, customer } = await aVisitPractice(
      server.owner,
      // Where the slots, from now on, are not divided by midnight.
      noonZone(),
    )
    const [first, second, third] = slotIds as [string, string, string]
    const patient = await server.as(customer.claims)
    const search = async (path: string, serviceId = longVisit) =>
      (await patient('GET', `${path}${path.includes('?') ? '&' : '?'}serviceId=${serviceId}`)).body
    const starts = slotIds.slice(0, 3).map((bookingSlotId) => ({ bookingSlotId }))
    for (const path of [
      `/clinics/${clinicId}/availability`,
      `/doctors/${doctorId}/availability`,
      `/availability/search?clinicId=${clinicId}`,
    ])
      expect((await search(path)).items).toMatchObject(starts)
    expect((await search(`/availability/days?clinicId=${clinicId}`)).items).toHaveLength(1)
    expect(await search(`/bookingSlots/${slotIds[3]}/bookability`)).toMatchObject({
      isBookable: false,
      refusedAs: 'run_not_free',
    })
    expect(await search(`/clinics/${clinicId}/availability`, '0')).toMatchObject({ code: 'service_not_found' })

    const body = { serviceId: firstVisit }
    expect((await patient('POST', `/bookingSlots/${first}/hold`, { body })).body).toMatchObject({
      id: first,
      status: 'HELD',
    })
    const booked = await patient('POST', `/bookingSlots/${first}/book`, { body })
    expect(booked.body).toMatchObject({ bookingSlotId: first, serviceId: firstVisit })
    expect(Date.parse(booked.body.visitEndsAt) - Date.parse(booked.body.visitStartsAt)).toBe(3_600_000)
    expect((await patient('GET', `/bookingSlots/${second}`)).body).toMatchObject({
      status: 'BOOKED',
      headSlotId: first,
    })
    expect((await ann('POST', `/bookingSlots/${second}/book`)).body).toMatchObject({ code: 'slot_taken' })

    const moved = await patient('POST', `/bookings/${booked.body.id}/reschedule`, {
      body: { bookingSlotId: third, serviceId: longVisit },
    })
    expect(moved.body).toMatchObject({ bookingSlotId: third, serviceId: longVisit, sequence: 1 })
    expect((await search(`/clinics/${clinicId}/availability`, firstVisit)).items).toMatchObject([
      { bookingSlotId: first },
    ])
    const refused = await ann('POST', `/bookingSlots/${second}/book`, { body })
    expect(refused.body).toMatchObject({
      code: 'run_not_free',
      details: { bookingSlotId: third, reason: 'slot_taken' },
    })
  })
})

describe('a slot', () => {
  it('is held, released, held again and booked', async () => {
    const path = `/bookingSlots/${practice.slotId}`
    expect((await ann('POST', `${path}/hold`)).body).toMatchObject({
      status: 'HELD',
      customerId: practice.customer.customerId,
    })
    expect((await ann('POST', `${path}/release`)).body).toMatchObject({ status: 'OPEN', customerId: null })
    await ann('POST', `${path}/hold`)
    const bob = await server.as((await aCustomer(server.owner)).claims)
    expect((await bob('POST', `${path}/book`)).body).toMatchObject({ status: 409, code: 'slot_held' })
    expect(await ann('POST', `${path}/book`)).toMatchObject({ status: 201 })
    // He can no longer see the slot, but the refusal still says that it is taken.
    expect(await bob('GET', path)).toMatchObject({ status: 404 })
    expect((await bob('POST', `${path}/book`)).body).toMatchObject({ status: 409, code: 'slot_taken' })
  })

  it('is booked and freed by setting its customer, and repeating that changes nothing', async () => {
    const path = `/bookingSlots/${practice.slotId}`
    const { customerId } = practice.customer
    const booked = await ann('PUT', path, { body: { customerId } })
    expect(booked.body).toMatchObject({ status: 'BOOKED', customerId })
    expect((await ann('PUT', path, { body: { customerId } })).text).toBe(booked.text)
    const bob = await aCustomer(server.owner)
    expect(
      (await (await server.as(bob.claims))('PUT', path, { body: { customerId: bob.customerId } })).body,
    ).toMatchObject({ code: 'slot_taken' })
    expect((await (await server.as(bob.claims))('PUT', path, { body: { customerId: null } })).body).toMatchObject({
      code: 'booking_not_found',
    })
    const freed = await ann('PUT', path, { body: { customerId: null } })
    expect(freed.body).toMatchObject({ status: 'OPEN', customerId: null })
    expect((await ann('PUT', path, { body: { customerId: null } })).text).toBe(freed.text)
    expect((await ann('PUT', path, { body: {} })).body.errors).toEqual([
      { field: 'customerId', message: 'is required' },
    ])
  })

  it('with a booking is withdrawn only with cascade', async () => {
    const { body: booking } = await ann('POST', `/bookingSlots/${practice.slotId}/book`)
    const refused = await desk('DELETE', `/bookingSlots/${practice.slotId}`)
    expect(refused.body).toMatchObject({ status: 409, details: { liveBookings: [{ bookingId: booking.id }] } })
    expect((await desk('DELETE', `/bookingSlots/${practice.slotId}?cascade=true`)).body.status).toBe('WITHDRAWN')
    expect((await ann('GET', `/bookings/${booking.id}`)).body).toMatchObject({
      status: 'CANCELLED',
      cancelledBy: 'CLINIC',
    })
  })
})

it("a doctor's day is withdrawn with its bookings with cascade, and once per key", async () => {
  const { body: booking } = await ann('POST', `/bookingSlots/${practice.slotId}/book`)
  const path = `/doctors/${practice.doctorId}/withdraw-day`
  const day = { slotDate: booking.slotDate, reason: 'The doctor is ill' }
  expect((await desk('POST', path, { body: day })).body).toMatchObject({
    status: 409,
    code: 'still_in_use',
    details: { liveBookings: [{ bookingId: booking.id }] },
  })
  const sent = { body: { ...day, cascade: true }, headers: { 'idempotency-key': 'the day' } }
  const withdrawn = await desk('POST', path, sent)
  expect(withdrawn).toMatchObject({
    status: 200,
    body: {
      items: [{ id: booking.id, status: 'CANCELLED', cancelledBy: 'CLINIC', cancellationReason: 'The doctor is ill' }],
    },
  })
  expect((await desk('GET', `/bookingSlots/${practice.slotId}`)).body.status).toBe('WITHDRAWN')
  expect((await desk('POST', path, sent)).text).toBe(withdrawn.text)
  expect((await desk('POST', path, { body: { ...day, cascade: true } })).body).toEqual({ items: [] })
  expect((await desk('POST', path, { body: {} })).body.errors).toEqual([{ field: 'slotDate', message: 'is required' }])
  expect((await desk('POST', '/doctors/999999999/withdraw-day', { body: day })).body.code).toBe('doctor_not_found')
})

it('the day of the visit: checked in and completed, or marked as a no-show', async () => {
  const book = async (slotId: string) =>
    (await desk('POST', `/bookingSlots/${slotId}/book`, { body: { customerId: practice.customer.customerId } })).body.id
  // Adds her to the clinic's records, because the desk books for people in its records only.
  await ann('POST', `/bookingSlots/${practice.slotId}/hold`)
  await ann('POST', `/bookingSlots/${practice.slotId}/release`)
  const [now, before] = [
    await book(await aSlot(server.owner, practice.clinicId, practice.doctorId, 0)),
    await book(practice.slotId),
  ]
  expect((await desk('POST', `/bookings/${before}/check-in`)).body).toMatchObject({ status: 422, code: 'not_yet' })
  expect((await desk('POST', `/bookings/${now}/check-in`)).body.status).toBe('CHECKED_IN')
  expect((await desk('POST', `/bookings/${now}/complete`)).body.status).toBe('COMPLETED')
  expect((await desk('POST', `/bookings/${now}/no-show`)).body.code).toBe('illegal_transition')
  // Steps that were recorded by mistake are undone one by one.
  expect((await desk('DELETE', `/bookings/${now}/no-show`)).body.code).toBe('illegal_transition')
  expect((await desk('DELETE', `/bookings/${now}/complete`)).body).toMatchObject({ id: now, status: 'CHECKED_IN' })
  expect((await desk('DELETE', `/bookings/${now}/check-in`)).body).toMatchObject({ id: now, status: 'BOOKED' })
  expect((await desk('POST', `/bookings/${now}/no-show`)).body.status).toBe('NO_SHOW')
  expect((await desk('DELETE', `/bookings/${now}/no-show`)).body.status).toBe('BOOKED')
})

describe('an Idempotency-Key', () => {
  it('lets fifty concurrent retries make one booking, and gives all the same response', async () => {
    const path = `/bookingSlots/${practice.slotId}/book`
    const replies = await Promise.all(
      Array.from({ length: 50 }, () =>
        untilServed(
          () => ann('POST', path, { body: { note: 'once' }, headers: { 'idempotency-key': 'fifty' } }),
          ({ body }) => body.code === 'too_many_connections',
        ),
      ),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
    expect(new Set(replies.map(({ headers }) => headers.get('location'))).size).toBe(1)
    expect(new Set(replies.map(({ headers }) => headers.get('etag'))).size).toBe(1)
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
    expect(await bookingsOf(practice.customer)).toBe(1)
  })

  it('is valid for one request: another body, address or method is refused', async () => {
    const headers = { 'idempotency-key': 'one' }
    const path = `/bookingSlots/${practice.slotId}`
    await ann('POST', `${path}/book`, { body: { note: 'a' }, headers })
    for (const [method, other, body] of [
      ['POST', `${path}/book`, { note: 'b' }],
      ['POST', `${path}/hold`, {}],
      ['PUT', path, { customerId: null }],
    ] as const) {
      const { body: problem } = await ann(method, other, { body, headers })
      expect(problem).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    }
    expect(await bookingsOf(practice.customer)).toBe(1)
  })

  it('is valid for the same request in another notation: the order of parameters, a default, an empty body', async () => {
    const { customerId } = practice.customer
    const path = `/bookingSlots/${practice.slotId}/book`
    const headers = { 'idempotency-key': 'order' }
    const first = await ann('POST', path, { body: { note: 'a', customerId }, headers })
    for (const body of [{ customerId, note: 'a' }, ` {"customerId":"${customerId}",\n"n\\u006fte": "a"} `]) {
      const again = await ann('POST', path, { body, headers })
      expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
    }
    // Parameters in any order, and a default given or left out.
    const slot = await newSlot()
    const remove = (query: string) =>
      desk('DELETE', `/bookingSlots/${slot}${query}`, { headers: { 'idempotency-key': 'remove' } })
    expect((await remove('?cascade=false')).headers.get('idempotency-replayed')).toBeNull()
    for (const query of ['', '?', '?cascade=false'])
      expect((await remove(query)).headers.get('idempotency-replayed')).toBe('true')
    expect((await remove('?cascade=true')).body.code).toBe('idempotency_key_reused')
    // No body and an empty one.
    const hold = async (body?: object) =>
      ann('POST', `/bookingSlots/${await held}/hold`, { body, headers: { 'idempotency-key': 'hold' } })
    const held = newSlot()
    expect((await hold()).status).toBe(200)
    expect((await hold({})).headers.get('idempotency-replayed')).toBe('true')
  })

  it('is refused with the values of a list in another order, which is another request', async () => {
    const manager = await server.as(practice.manager.claims)
    const path = `/doctors/${practice.doctorId}/specializations`
    const [a, b] = (
      await server.owner.query<{ id: string }>(
        'insert into app_public.specializations (name) values ($1), ($2) returning id',
        [unique('Skill'), unique('Skill')],
      )
    ).map(({ id }) => id)
    const headers = { 'idempotency-key': 'skills' }
    await manager('PUT', path, { body: { specializationIds: [a, b] }, headers })
    const other = await manager('PUT', path, { body: { specializationIds: [b, a] }, headers })
    expect(other.body.code).toBe('idempotency_key_reused')
  })

  it('belongs to one caller', async () => {
    const bob = await aCustomer(server.owner)
    const headers = { 'idempotency-key': 'shared' }
    expect(await ann('POST', `/bookingSlots/${practice.slotId}/book`, { headers })).toMatchObject({ status: 201 })
    const other = await newSlot()
    expect(await (await server.as(bob.claims))('POST', `/bookingSlots/${other}/book`, { headers })).toMatchObject({
      status: 201,
    })
  })

  it('stores no refusal: a request that was refused is executed again', async () => {
    const headers = { 'idempotency-key': 'patient' }
    const bob = await server.as((await aCustomer(server.owner)).claims)
    const path = `/bookingSlots/${practice.slotId}`
    await bob('POST', `${path}/hold`)
    expect((await ann('POST', `${path}/book`, { headers })).body.code).toBe('slot_held')
    await bob('POST', `${path}/release`)
    expect(await ann('POST', `${path}/book`, { headers })).toMatchObject({ status: 201 })
  })

  it('returns no stored response to a receptionist who was dismissed', async () => {
    const { accountId, claims } = practice.receptionist
    // Still an employee of another clinic.
    await server.owner.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Kim')`,
      [(await aPractice(server.owner)).clinicId, accountId],
    )
    const receptionist = await server.as(claims)
    const add = () =>
      receptionist('POST', `/clinics/${practice.clinicId}/customers`, {
        body: { fullName: 'Ann Example' },
        headers: { 'idempotency-key': 'dismissed' },
      })
    expect(await add()).toMatchObject({ status: 201 })
    expect((await add()).headers.get('idempotency-replayed')).toBe('true')
    await server.owner.query(
      'update app_public.employees set is_active = false where clinic_id = $1 and account_id = $2',
      [practice.clinicId, accountId],
    )
    expect((await add()).body).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it("works for every change: a clinic's doctor is created, changed and removed once", async () => {
    const manager = await server.as(practice.manager.claims)
    const twice = async (method: string, path: string, body: unknown, key: string) => {
      const headers = { 'idempotency-key': key }
      const replies = [await manager(method, path, { body, headers }), await manager(method, path, { body, headers })]
      expect(replies[1]?.headers.get('idempotency-replayed')).toBe('true')
      expect(replies[1]?.text).toBe(replies[0]?.text)
      expect(replies[1]?.status).toBe(replies[0]?.status)
      return replies[0]?.body
    }
    const { id } = await twice('POST', `/clinics/${practice.clinicId}/doctors`, { fullName: 'Once' }, 'a')
    expect(await twice('PATCH', `/doctors/${id}`, { about: 'x' }, 'b')).toMatchObject({ rowVersion: 2 })
    expect(await twice('PUT', `/doctors/${id}`, { fullName: 'Twice' }, 'c')).toMatchObject({
      rowVersion: 3,
      about: null,
    })
    expect(await twice('DELETE', `/doctors/${id}`, undefined, 'd')).toMatchObject({ rowVersion: 4, isActive: false })
    const timeSlot = (
      await manager('POST', `/clinics/${practice.clinicId}/timeslots`, {
        body: { name: 'x', startTime: '09:00', endTime: '10:00' },
      })
    ).body
    await twice('DELETE', `/timeslots/${timeSlot.id}`, undefined, 'e')
  })

  it('stores no response with tokens', async () => {
    const anybody = await server.as()
    const headers = { 'idempotency-key': 'secret' }
    const body = { email: `twice-${Date.now()}@test.example`, password: 'a fine long password', fullName: 'Twice' }
    const first = (await anybody('POST', '/customers', { body, headers })).body
    // Executed anew: the password is the account's, so a second session begins.
    const second = (await anybody('POST', '/customers', { body, headers })).body
    expect(second).toMatchObject({ accountId: first.accountId })
    expect(second.sessionId).not.toBe(first.sessionId)
    await ann('POST', '/auth/token', { body: { email: body.email, password: body.password }, headers })
    expect(await server.owner.query(`select from app_private.stored_responses where key = 'secret'`)).toEqual([])
  })

  it('has 1 to 200 characters', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(201) }
    const { body } = await ann('POST', `/bookingSlots/${practice.slotId}/book`, { headers })
    expect(body).toMatchObject({ status: 422, code: 'invalid_argument', errors: [{ field: 'Idempotency-Key' }] })
  })
})
