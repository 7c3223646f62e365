import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aDoctor, aPractice, aSlot, aTemplate, aTimeSlot, unique } from '../../helpers/clinic/world.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let manager: Client
let ann: Client

beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  manager = await server.as(practice.manager.claims)
  ann = await server.as(practice.customer.claims)
})

const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } })

/** Each change of one row: how the row is created, and the request. */
const changes: [string, () => Promise<{ as: Client; method: string; path: string; body?: unknown }>][] = [
  [
    'PUT /clinics/{id}',
    async () => ({
      as: manager,
      method: 'PUT',
      path: `/clinics/${practice.clinicId}`,
      body: { name: 'New', timeZone: 'Europe/Berlin' },
    }),
  ],
  [
    'PATCH /clinics/{id}',
    async () => ({ as: manager, method: 'PATCH', path: `/clinics/${practice.clinicId}`, body: { phone: '1' } }),
  ],
  [
    'DELETE /clinics/{id}',
    async () => ({ as: manager, method: 'DELETE', path: `/clinics/${practice.clinicId}?cascade=true` }),
  ],
  [
    'PUT /doctors/{id}',
    async () => ({ as: manager, method: 'PUT', path: `/doctors/${practice.doctorId}`, body: { fullName: 'New' } }),
  ],
  [
    'PATCH /doctors/{id}',
    async () => ({ as: manager, method: 'PATCH', path: `/doctors/${practice.doctorId}`, body: { about: 'New' } }),
  ],
  [
    'DELETE /doctors/{id}',
    async () => ({ as: manager, method: 'DELETE', path: `/doctors/${await aDoctor(server.owner, practice.clinicId)}` }),
  ],
  [
    'PUT /doctors/{id}/specializations',
    async () => ({
      as: manager,
      method: 'PUT',
      path: `/doctors/${practice.doctorId}/specializations`,
      body: { specializationIds: [] },
    }),
  ],
  [
    'PUT /customers/{id}',
    async () => ({
      as: ann,
      method: 'PUT',
      path: `/customers/${practice.customer.customerId}`,
      body: { fullName: 'New' },
    }),
  ],
  [
    'PATCH /customers/{id}',
    async () => ({
      as: ann,
      method: 'PATCH',
      path: `/customers/${practice.customer.customerId}`,
      body: { phone: '1' },
    }),
  ],
  [
    'DELETE /customers/{id}',
    async () => ({ as: ann, method: 'DELETE', path: `/customers/${practice.customer.customerId}` }),
  ],
  [
    'PUT /timeslots/{id}',
    async () => ({
      as: manager,
      method: 'PUT',
      path: `/timeslots/${await aTimeSlot(server.owner, practice.clinicId)}`,
      body: { name: unique('New'), startTime: '10:00', endTime: '11:00' },
    }),
  ],
  [
    'DELETE /timeslots/{id}',
    async () => ({
      as: manager,
      method: 'DELETE',
      path: `/timeslots/${await aTimeSlot(server.owner, practice.clinicId)}`,
    }),
  ],
  [
    'PUT /doctors/slots/{id}',
    async () => {
      const time = await aTimeSlot(server.owner, practice.clinicId)
      return {
        as: manager,
        method: 'PUT',
        path: `/doctors/slots/${await aTemplate(server.owner, practice.clinicId, practice.doctorId, time, 1)}`,
        body: { timeSlotId: time, weekday: 2 },
      }
    },
  ],
  [
    'DELETE /doctors/slots/{id}',
    async () => ({
      as: manager,
      method: 'DELETE',
      path: `/doctors/slots/${await aTemplate(server.owner, practice.clinicId, practice.doctorId, await aTimeSlot(server.owner, practice.clinicId), 1)}`,
    }),
  ],
  [
    'PUT /bookingSlots/{id}',
    async () => ({
      as: ann,
      method: 'PUT',
      path: `/bookingSlots/${practice.slotId}`,
      body: { customerId: practice.customer.customerId },
    }),
  ],
  [
    'DELETE /bookingSlots/{id}',
    async () => ({ as: manager, method: 'DELETE', path: `/bookingSlots/${practice.slotId}` }),
  ],
  [
    'POST /bookingSlots/{id}/hold',
    async () => ({ as: ann, method: 'POST', path: `/bookingSlots/${practice.slotId}/hold` }),
  ],
  [
    'POST /bookingSlots/{id}/book',
    async () => ({ as: ann, method: 'POST', path: `/bookingSlots/${practice.slotId}/book` }),
  ],
  ['POST /bookings/{id}/cancel', async () => ({ as: ann, method: 'POST', path: `/bookings/${await booked()}/cancel` })],
  [
    'POST /bookings/{id}/reschedule',
    async () => ({
      as: ann,
      method: 'POST',
      path: `/bookings/${await booked()}/reschedule`,
      body: { bookingSlotId: await aSlot(server.owner, practice.clinicId, practice.doctorId, 60) },
    }),
  ],
  [
    'POST /bookings/{id}/check-in',
    async () => ({
      as: manager,
      method: 'POST',
      path: `/bookings/${await booked(await aSlot(server.owner, practice.clinicId, practice.doctorId, 0))}/check-in`,
    }),
  ],
  [
    'POST /bookings/{id}/no-show',
    async () => ({
      as: manager,
      method: 'POST',
      path: `/bookings/${await booked(await aSlot(server.owner, practice.clinicId, practice.doctorId, 0))}/no-show`,
    }),
  ],
]

async function booked(slotId = practice.slotId): Promise<string> {
  const { id } = await server.owner.one('select id from app_public.book_slot($1, $2, $3)', [
    practice.clinicId,
    slotId,
    practice.customer.customerId,
  ])
  return id as string
}

describe('If-Match', () => {
  it.each(changes)(
    '%s: an older version and an invalid one are refused, the current one is accepted',
    async (_name, make) => {
      const { as, method, path, body } = await make()
      for (const tag of ['"99"', 'W/"1"', '"x"', '"0"']) {
        const { body: problem } = await as(method, path, { body, ...ifMatch(tag) })
        expect(problem).toMatchObject({ status: 412, code: 'stale_row_version', details: { current: 1 } })
      }
      const done = await as(method, path, { body, ...ifMatch('"1"') })
      expect(done.status).toBeLessThan(300)
    },
  )

  it('* matches any version', async () => {
    const reply = await manager('PATCH', `/doctors/${practice.doctorId}`, { body: { about: 'x' }, ...ifMatch('*') })
    expect(reply.headers.get('etag')).toMatch(/^"2\./)
  })

  it('with several tags matches if one of them is the current version', async () => {
    const path = `/doctors/${practice.doctorId}`
    const change = (tags: string) => manager('PATCH', path, { body: { about: unique('x') }, ...ifMatch(tags) })
    const first = (await manager('GET', path)).headers.get('etag') ?? ''
    expect((await change(`"7", ${first}, "x"`)).headers.get('etag')).toMatch(/^"2\./)
    expect((await change(`${first},"2"`)).headers.get('etag')).toMatch(/^"3\./)
    for (const tags of [`${first}, "2"`, 'W/"3", "99"', '"x,y"']) {
      expect((await change(tags)).body).toMatchObject({ code: 'stale_row_version', details: { current: 3 } })
    }
  })

  it('is refused for a request without a version to compare with', async () => {
    const body = { fullName: 'New' }
    for (const headers of [{ 'if-match': '"1"' }, { 'if-match': '*' }, { 'if-none-match': '*' }]) {
      const made = await manager('POST', `/clinics/${practice.clinicId}/doctors`, { body, headers })
      expect(made.body).toMatchObject({ status: 400, code: 'bad_request' })
    }
    const { items } = (await manager('GET', `/clinics/${practice.clinicId}/doctors`)).body
    expect(items).toHaveLength(1)
  })

  it('reveals nothing of a row that the caller may not see', async () => {
    const { body } = await (await server.as())('PATCH', '/doctors/999999', { body: { about: 'x' }, ...ifMatch('"1"') })
    expect(body.status).toBe(404)
    expect((await manager('PATCH', '/doctors/999999', { body: { about: 'x' }, ...ifMatch('"1"') })).body.status).toBe(
      404,
    )
  })

  it('lets one of two requests with the same version win', async () => {
    const path = `/doctors/${practice.doctorId}`
    const replies = await Promise.all(
      ['a', 'b'].map((about) => manager('PATCH', path, { body: { about }, ...ifMatch('"1"') })),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412])
  })
})

describe('If-None-Match', () => {
  it.each(changes)('%s: the current version is refused, others are accepted', async (_name, make) => {
    const { as, method, path, body } = await make()
    for (const tag of ['"1"', 'W/"1"', '"7", "1.AbC_d-e"', '*']) {
      const { body: problem } = await as(method, path, { body, headers: { 'if-none-match': tag } })
      expect([tag, problem]).toEqual([
        tag,
        expect.objectContaining({ status: 412, code: 'precondition_failed', details: { current: 1 } }),
      ])
    }
    const done = await as(method, path, { body, headers: { 'if-none-match': '"2", W/"99", "x"' } })
    expect(done.status).toBeLessThan(300)
  })

  it('is compared after If-Match', async () => {
    const change = (headers: Record<string, string>) =>
      manager('PATCH', `/doctors/${practice.doctorId}`, { body: { about: unique('x') }, headers })
    expect((await change({ 'if-match': '"9"', 'if-none-match': '"1"' })).body.code).toBe('stale_row_version')
    expect((await change({ 'if-match': '"1"', 'if-none-match': '"1"' })).body.code).toBe('precondition_failed')
    expect((await change({ 'if-match': '*', 'if-none-match': '"9"' })).status).toBe(200)
  })

  it('reveals nothing of a row that the caller may not see', async () => {
    const headers = { 'if-none-match': '*' }
    const { body } = await ann('DELETE', '/doctors/999999', { headers })
    expect(body.code).toBe('doctor_not_found')
    const other = await aPractice(server.owner)
    expect((await manager('PATCH', `/doctors/${other.doctorId}`, { body: { about: 'x' }, headers })).body.code).toBe(
      'forbidden',
    )
  })
})

describe('ETag', () => {
  it("begins with the row's version, before and after a change", async () => {
    const path = `/doctors/${practice.doctorId}`
    const read = await manager('GET', path)
    expect(read.headers.get('etag')).toMatch(new RegExp(`^"${read.body.rowVersion}[.]`))
    const changed = await manager('PATCH', path, { body: { about: 'x' } })
    expect(changed.headers.get('etag')).toMatch(/^"2[.]/)
    const again = await manager('GET', path)
    expect([again.text, again.headers.get('etag')]).toEqual([changed.text, changed.headers.get('etag')])
  })

  it('of a doctor changes when a specialization is renamed, while If-Match still accepts the former one', async () => {
    const path = `/doctors/${practice.doctorId}`
    const name = unique('Skill')
    const { id } = await server.owner.one('insert into app_public.specializations (name) values ($1) returning id', [
      name,
    ])
    await manager('PUT', `${path}/specializations`, { body: { specializationIds: [id] } })
    const known = (await ann('GET', path)).headers.get('etag') ?? ''
    const headers = { 'if-none-match': known }
    expect((await ann('GET', path, { headers })).status).toBe(304)
    await server.owner.query('update app_public.specializations set name = $2 where id = $1', [id, `${name} II`])
    const renamed = await ann('GET', path, { headers })
    expect(renamed).toMatchObject({ status: 200, body: { specializations: [{ name: `${name} II` }], rowVersion: 2 } })
    // The doctor's own row was not changed.
    expect((await manager('PATCH', path, { body: { about: 'x' }, ...ifMatch(known) })).status).toBe(200)
  })

  it('depends on what the caller may see', async () => {
    const path = `/bookingSlots/${practice.slotId}`
    await ann('POST', `${path}/hold`)
    const desk = await server.as(practice.receptionist.claims)
    const [hers, theirs] = [await ann('GET', path), await desk('GET', path)]
    expect(hers.text === theirs.text).toBe(hers.headers.get('etag') === theirs.headers.get('etag'))
    const other = await aDoctor(server.owner, practice.clinicId)
    const tags = [await ann('GET', `/doctors/${other}`), await ann('GET', `/doctors/${practice.doctorId}`)].map(
      ({ headers }) => headers.get('etag'),
    )
    // The version is the same, the representation is not.
    expect(new Set(tags).size).toBe(2)
  })

  it('of a doctor changes with the specializations', async () => {
    const path = `/doctors/${practice.doctorId}`
    const { id } = await server.owner.one('insert into app_public.specializations (name) values ($1) returning id', [
      unique('Skill'),
    ])
    const changed = await manager('PUT', `${path}/specializations`, { body: { specializationIds: [id] } })
    expect(changed.body.specializations).toMatchObject([{ id }])
    expect(changed.headers.get('etag')).toMatch(/^"2[.]/)
    // Setting the same ones again changes nothing.
    expect(
      (await manager('PUT', `${path}/specializations`, { body: { specializationIds: [id] } })).headers.get('etag'),
    ).toBe(changed.headers.get('etag'))
    expect(
      (await manager('PUT', `${path}/specializations`, { body: { specializationIds: ['999999'] } })).body,
    ).toMatchObject({
      code: 'invalid_argument',
      errors: [{ field: 'specializationIds' }],
    })
  })

  it.each(['TAG', 'W/TAG', '"7", TAG', '*'])(
    'If-None-Match: %s of an unchanged resource is answered 304',
    async (known) => {
      const path = `/doctors/${practice.doctorId}`
      const tag = known.replace('TAG', (await manager('GET', path)).headers.get('etag') ?? '')
      const headers = { 'if-none-match': tag }
      expect(await manager('GET', path, { headers })).toMatchObject({ status: 304, text: '' })
      await manager('PATCH', path, { body: { about: 'x' } })
      expect((await manager('GET', path, { headers })).status).toBe(tag === '*' ? 304 : 200)
    },
  )

  it('of a list depends on its content', async () => {
    const path = `/clinics/${practice.clinicId}/doctors`
    const tag = (await ann('GET', path)).headers.get('etag') ?? ''
    expect((await ann('GET', path, { headers: { 'if-none-match': tag } })).status).toBe(304)
    await aDoctor(server.owner, practice.clinicId)
    expect((await ann('GET', path, { headers: { 'if-none-match': tag } })).status).toBe(200)
  })
})
