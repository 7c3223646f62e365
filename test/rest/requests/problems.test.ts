import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aCustomer, aPractice } from '../../helpers/clinic/world.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let anybody: Client
let ann: Client
let manager: Client

beforeAll(async () => {
  server = await serveRest()
  practice = await aPractice(server.owner)
  anybody = await server.as()
  ann = await server.as(practice.customer.claims)
  manager = await server.as(practice.manager.claims)
})
afterAll(() => server?.stop())

it('a problem describes the error and names the request', async () => {
  const { body, headers, status } = await anybody('GET', '/clinics/999999', {
    headers: { 'x-request-id': 'my-request-1' },
  })
  expect(body).toEqual({
    type: '/api/errors#clinic_not_found',
    title: 'Clinic not found',
    status,
    detail: 'Clinic not found',
    code: 'clinic_not_found',
    requestId: 'my-request-1',
  })
  expect(headers.get('content-type')).toBe('application/problem+json')
})

it('unknown parameters are refused by name, together with all other errors', async () => {
  const { body } = await anybody('GET', '/clinics?limit=0&colour=red&limitt=3')
  expect(body).toMatchObject({ status: 400, code: 'bad_request' })
  expect(body.errors).toEqual([
    { field: 'colour', message: 'is not a parameter here' },
    { field: 'limitt', message: 'is not a parameter here' },
    { field: 'limit', message: 'must be >= 1' },
  ])
  const wrong = ['limit=101', 'limit=x', 'limit=1&limit=2', 'cursor=']
  for (const query of wrong) expect([query, (await anybody('GET', `/clinics?${query}`)).status]).toEqual([query, 400])
  for (const query of ['date=tomorrow', 'date=2026-02-30', 'from=12', 'clinicId=x', 'doctorId=-1', 'specialization='])
    expect([query, (await anybody('GET', `/availability/search?${query}`)).status]).toEqual([query, 400])
  const instants = ['2026-11-24 09:00:00Z', '2026-11-24T09:00:00', '2026-11-24T09:00:00%2B02', '20261-11-24T09:00:00Z']
  for (const from of instants)
    expect([from, (await anybody('GET', `/availability/search?from=${from}`)).status]).toEqual([from, 400])
  expect((await ann('GET', '/bookings?status=booked')).body.errors).toEqual([
    { field: 'status', message: 'must be one of BOOKED, CHECKED_IN, COMPLETED, CANCELLED, NO_SHOW' },
  ])
})

it('a body is checked field by field', async () => {
  const { body } = await manager('POST', `/clinics/${practice.clinicId}/timeslots`, {
    body: { startTime: 'noon', endTime: 12, colour: 'red' },
  })
  expect(body.status).toBe(400)
  expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'colour',
    'endTime',
    'name',
    'startTime',
  ])
  expect((await manager('PATCH', `/doctors/${practice.doctorId}`, { body: {} })).body).toMatchObject({ status: 400 })
  // Errors that only the database can find are named as well.
  expect((await manager('PATCH', `/doctors/${practice.doctorId}`, { body: { fullName: ' ' } })).body).toMatchObject({
    status: 422,
    code: 'text_not_accepted',
    errors: [{ field: 'fullName' }],
  })
  expect((await manager('PATCH', `/doctors/${practice.doctorId}`, { body: { fullName: null } })).body).toMatchObject({
    status: 422,
    code: 'not_null_violation',
  })
  const weak = { email: 'weak@test.example', password: 'short', fullName: 'Weak' }
  expect((await anybody('POST', '/customers', { body: weak })).body).toMatchObject({
    status: 422,
    code: 'weak_password',
  })
})

it.each([
  ['cut off', '{"name": "x"'],
  ['a list', '[]'],
  ['a text', '"text"'],
  ['null', 'null'],
  // As deeply nested as fits: a validator that calls itself for each level must not overflow the stack.
  ['lists in lists', '['.repeat(45_000) + ']'.repeat(45_000)],
  ['lists in lists of a field', `{"note": ${'['.repeat(45_000)}${']'.repeat(45_000)}}`],
  ['objects in objects of a field', `{"note": ${'{"a":'.repeat(14_000)}1${'}'.repeat(14_000)}}`],
])('a body that is %s is answered 400', async (_what, text) => {
  expect((await ann('POST', `/bookingSlots/${practice.slotId}/book`, { body: text })).body).toMatchObject({
    status: 400,
    code: 'bad_request',
  })
})

it('a body that is too large is answered 413', async () => {
  const { body } = await ann('POST', `/bookingSlots/${practice.slotId}/book`, { body: { note: 'x'.repeat(100_000) } })
  expect(body).toMatchObject({ status: 413, code: 'body_too_large' })
})

it.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/merge-patch+json',
  'application/json; charset=latin1',
])('a body that is %s is answered 415, except for patches', async (type) => {
  const { body } = await ann('POST', `/bookingSlots/${practice.slotId}/book`, {
    body: '{}',
    headers: { 'content-type': type },
  })
  expect(body).toMatchObject({ status: 415, code: 'unsupported_media_type' })
})

/** Sends a body in chunks, so that its length is not known in advance. */
const inChunks = async (path: string, chunks: string[], headers: Record<string, string>, method = 'POST') => {
  const token = await server.tokenOf(practice.customer.claims)
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    body,
    duplex: 'half',
    headers: { authorization: `Bearer ${token}`, ...headers },
  } as RequestInit)
  const text = await response.text()
  return { status: response.status, body: text && JSON.parse(text) }
}

it('a body in chunks is treated as one of known length, even an empty one', async () => {
  const path = `/bookingSlots/${practice.slotId}/hold`
  for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/json' }]) {
    expect([headers, (await inChunks(path, [], headers as Record<string, string>)).status]).toEqual([headers, 200])
  }
  const json = { 'content-type': 'application/json' }
  const { customerId } = practice.customer
  expect((await inChunks(path, ['{"custo', `merId": "${customerId}"}`], json)).status).toBe(200)
  expect((await inChunks(path, ['{"customerId": '], json)).body.code).toBe('bad_request')
  expect((await inChunks(path, ['{}'], { 'content-type': 'text/plain' })).body.code).toBe('unsupported_media_type')
  expect((await inChunks(path, ['{}'], {})).body.code).toBe('unsupported_media_type')
  expect((await inChunks(path, ['x'.repeat(200_000)], json)).body.code).toBe('body_too_large')
  // Where a body is required, an empty one counts as missing.
  const put = await inChunks(`/customers/${customerId}`, [], json, 'PUT')
  expect(put.body.errors).toEqual([{ field: 'fullName', message: 'is required' }])
})

it('an unknown address is answered 404, and so is an invalid id', async () => {
  for (const path of ['/nothing', '/clinics/', '/doctors/x', '/doctors/slots', '/clinics/1/doctors/1', '/clinics/-1'])
    expect([path, (await ann('GET', path)).body.code]).toEqual([path, 'not_found'])
  expect((await ann('GET', '/clinics/999999999999999999')).body.code).toBe('clinic_not_found')
})

it('an unsupported method is answered 405 with the supported ones', async () => {
  const { body, headers } = await anybody('DELETE', '/clinics')
  expect(body).toMatchObject({ status: 405, code: 'method_not_allowed' })
  expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
  const options = await fetch(`${server.url}/api/doctors/1`, { method: 'OPTIONS' })
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'])
  const head = await anybody('HEAD', `/clinics/${practice.clinicId}`)
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers.get('etag')).toMatch(/^"1[.]/)
})

it('an anonymous caller is asked to sign in, and a bad token is reported', async () => {
  const asked = await anybody('GET', '/bookings')
  expect(asked.body).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(asked.headers.get('www-authenticate')).toBe('Bearer')
  for (const authorization of ['Bearer x', 'Bearer', 'Basic eDp5']) {
    const { body, headers } = await anybody('GET', '/clinics', { headers: { authorization } })
    expect(body).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  }
})

it('sign-in is slowed down after failures, although each is refused', async () => {
  const body = { email: `slow-${Date.now()}@test.example`, password: 'a fine long password', fullName: 'Slow' }
  await anybody('POST', '/customers', { body })
  const wrong = { body: { email: body.email, password: 'wrong' } }
  const codes = []
  for (let i = 0; i < 5; i++) codes.push((await anybody('POST', '/auth/token', wrong)).body.code)
  expect(codes).toEqual(Array.from({ length: 5 }, () => 'wrong_credentials'))
  // Two seconds would be enough, except on a machine that stalls.
  await server.owner.query(`update app_private.sign_in_counts set counted_at = counted_at + interval '10 minutes'`)
  const { body: problem, headers } = await anybody('POST', '/auth/token', wrong)
  expect(problem).toMatchObject({ status: 429, code: 'too_many_attempts' })
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
})

it('an error of the server is reported without internals', async () => {
  const { claims } = await aCustomer(server.owner)
  await server.owner.query('alter function app_public.current_person() rename to hidden_person')
  try {
    const { body } = await (await server.as(claims))('GET', '/me')
    expect(body).toMatchObject({ status: 500, code: 'internal_error', detail: 'An unexpected error occurred' })
    expect(JSON.stringify(body)).not.toMatch(/person/)
  } finally {
    await server.owner.query('alter function app_public.hidden_person() rename to current_person')
  }
})
