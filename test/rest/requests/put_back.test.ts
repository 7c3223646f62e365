import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { routes } from '../../../src/rest/routes/index.ts'
import { addAbsence } from '../../helpers/clinic/absences.ts'
import { aCustomer, anAccount, aPractice, aSlot, aTemplate, aTimeSlot, unique } from '../../helpers/clinic/world.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

// A client can read a resource and PUT it again, unchanged or with a changed field, without knowing which fields the
// server sets.

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let admin: Client
let manager: Client
let desk: Client
let ann: Client

beforeAll(async () => {
  server = await serveRest()
  admin = await server.as((await anAccount(server.owner, { isAdmin: true })).claims)
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  manager = await server.as(practice.manager.claims)
  desk = await server.as(practice.receptionist.claims)
  ann = await server.as(practice.customer.claims)
})

interface Resource {
  /** The endpoint that it is PUT to, by its name in OpenAPI. */
  put: string
  as: Client
  /** Where it is read: as a resource, or as an item of a list. */
  path: string
  list?: string
  /** A change of one of its fields. */
  change: Record<string, unknown>
}

const slot = (as: Client, id: string, change: Record<string, unknown>): Resource => ({
  put: 'replaceBookingSlot',
  as,
  path: `/bookingSlots/${id}`,
  change,
})
const timeSlot = (id: string): Resource => ({
  put: 'replaceTimeSlot',
  as: manager,
  path: `/timeslots/${id}`,
  list: `/clinics/${practice.clinicId}/timeslots?limit=100`,
  change: { name: unique('New') },
})

const resources: [string, () => Promise<Resource>][] = [
  [
    'a clinic',
    async () => ({
      put: 'replaceClinic',
      as: manager,
      path: `/clinics/${practice.clinicId}`,
      change: { phone: '1' },
    }),
  ],
  [
    'a closed clinic',
    async () => {
      await manager('DELETE', `/clinics/${practice.clinicId}?cascade=true`)
      return { put: 'replaceClinic', as: admin, path: `/clinics/${practice.clinicId}`, change: { address: 'x' } }
    },
  ],
  [
    'a doctor with specializations',
    async () => {
      const path = `/doctors/${practice.doctorId}`
      const skills = await server.owner.query<{ id: string }>(
        'insert into app_public.specializations (name) values ($1), ($2) returning id',
        [unique('Skill'), unique('Skill')],
      )
      const specializationIds = skills.map(({ id }) => id)
      await manager('PUT', `${path}/specializations`, { body: { specializationIds } })
      return { put: 'replaceDoctor', as: manager, path, change: { about: 'x' } }
    },
  ],
  [
    'a customer',
    async () => ({
      put: 'replaceCustomer',
      as: ann,
      path: `/customers/${practice.customer.customerId}`,
      change: { phone: '1' },
    }),
  ],
  ['a time slot', async () => timeSlot(await aTimeSlot(server.owner, practice.clinicId))],
  [
    'a time slot across midnight',
    async () => timeSlot(await aTimeSlot(server.owner, practice.clinicId, '22:00', '06:00')),
  ],
  [
    'a time slot until midnight',
    async () => timeSlot(await aTimeSlot(server.owner, practice.clinicId, '20:00', '24:00')),
  ],
  [
    'a time slot of a whole day',
    async () => timeSlot(await aTimeSlot(server.owner, practice.clinicId, '00:00', '24:00')),
  ],
  [
    'a doctor slot',
    async () => {
      const { clinicId, doctorId } = practice
      const id = await aTemplate(server.owner, clinicId, doctorId, await aTimeSlot(server.owner, clinicId), 1)
      return {
        put: 'replaceDoctorSlot',
        as: manager,
        path: `/doctors/slots/${id}`,
        list: `/doctors/${doctorId}/slots?limit=100`,
        change: { weekday: 2 },
      }
    },
  ],
  [
    'an absence of some hours',
    async () => {
      const { clinicId, doctorId } = practice
      const year = new Date().getUTCFullYear() + 1
      const { id } = await addAbsence(server.owner, clinicId, {
        doctorId,
        from: `${year}-02-01`,
        until: `${year}-02-03`,
        start: '09:30',
        note: 'Away',
      })
      return { put: 'changeAbsence', as: desk, path: `/absences/${id}`, change: { kind: 'TRAINING', note: null } }
    },
  ],
  ['an open booking slot', async () => slot(ann, practice.slotId, { customerId: practice.customer.customerId })],
  [
    'a held booking slot, by who holds it',
    async () => {
      await ann('POST', `/bookingSlots/${practice.slotId}/hold`)
      return slot(ann, practice.slotId, { customerId: null })
    },
  ],
  [
    'a booked booking slot, by the desk',
    async () => {
      await ann('POST', `/bookingSlots/${practice.slotId}/book`)
      return slot(desk, practice.slotId, { customerId: null })
    },
  ],
]

async function read({ as, path, list }: Resource): Promise<Record<string, unknown>> {
  if (!list) return (await as('GET', path)).body
  const { items } = (await as('GET', list)).body
  return items.find(({ id }: { id: string }) => id === path.split('/').at(-1))
}

/** As JavaScript's Date writes instants, without anything finer than milliseconds. */
const coarse = (body: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : value,
    ]),
  )

describe.each(resources)('%s', (_what, make) => {
  it('can be PUT as it was read, and does not change', async () => {
    const resource = await make()
    const before = await read(resource)
    for (const body of [before, coarse(before)]) {
      const { rowVersion: _, ...same } = before
      // Comparing versions shows that nothing was changed.
      const current = await read(resource)
      const put = await resource.as('PUT', resource.path, { body: { ...body, rowVersion: current.rowVersion } })
      expect(put).toMatchObject({ status: 200, body: same })
      expect(await read(resource)).toMatchObject(same)
    }
  })

  it('can be PUT with a changed field', async () => {
    const resource = await make()
    const put = await resource.as('PUT', resource.path, { body: { ...(await read(resource)), ...resource.change } })
    expect(put).toMatchObject({ status: 200, body: resource.change })
  })

  it('is refused when it was changed in the meantime', async () => {
    const resource = await make()
    const before = await read(resource)
    const stale = { ...before, rowVersion: Number(before.rowVersion) + 1 }
    expect((await resource.as('PUT', resource.path, { body: stale })).body.code).toBe('stale_row_version')
    // If-Match reports this more clearly.
    const headers = { 'if-match': `"${before.rowVersion}"` }
    expect((await resource.as('PUT', resource.path, { body: stale, headers })).status).toBe(200)
  })

  it('is refused with a change of a read-only field, and no other field is changed then', async () => {
    const resource = await make()
    const before = await read(resource)
    const other: Record<string, unknown> = {
      id: '999999',
      clinicId: '999999',
      doctorId: '999999',
      createdAt: '2020-01-01T00:00:00Z',
      isActive: !before.isActive,
      specializations: [],
      startsAt: '2020-01-01T00:00:00Z',
    }
    const fixed = Object.keys(other).filter((field) => field in before)
    expect(fixed.length).toBeGreaterThan(1)
    for (const field of fixed) {
      const body = { ...before, ...resource.change, [field]: other[field] }
      const { body: problem } = await resource.as('PUT', resource.path, { body })
      expect(problem).toMatchObject({ status: 400, errors: [{ field, message: 'cannot be changed here' }] })
    }
    expect(await read(resource)).toEqual(before)
  })
})

it('the status of a booking slot follows from its customer', async () => {
  const path = `/bookingSlots/${practice.slotId}`
  const before = (await ann('GET', path)).body
  for (const status of ['HELD', 'BOOKED', 'WITHDRAWN']) {
    const { body } = await ann('PUT', path, { body: { ...before, status } })
    expect(body).toMatchObject({ status: 422, code: 'invalid_argument', errors: [{ field: 'status' }] })
  }
  expect((await ann('GET', path)).body).toEqual(before)
})

it('a withdrawn booking slot can be PUT by the desk, and stays withdrawn', async () => {
  const path = `/bookingSlots/${practice.slotId}`
  await desk('DELETE', path)
  const before = (await desk('GET', path)).body
  expect(before.status).toBe('WITHDRAWN')
  expect(await desk('PUT', path, { body: before })).toMatchObject({ status: 200, body: before })
  const stranger = await server.as((await aCustomer(server.owner)).claims)
  const { rowVersion: _, ...body } = before
  expect((await stranger('PUT', path, { body })).body.code).toBe('slot_withdrawn')
  const { customerId } = practice.customer
  expect((await ann('PUT', path, { body: { ...body, customerId } })).body.code).toBe('slot_withdrawn')
})

it('a slot that another customer holds is refused', async () => {
  const path = `/bookingSlots/${await aSlot(server.owner, practice.clinicId, practice.doctorId, 70)}`
  await ann('POST', `${path}/hold`)
  const { rowVersion: _, ...before } = (await ann('GET', path)).body
  const stranger = await server.as((await aCustomer(server.owner)).claims)
  expect((await stranger('PUT', path, { body: before })).body.code).toBe('forbidden')
})

/** What is set as a whole and has no version: lists of ids, and the provider's account (billing/provider_account.test.ts). */
const isSetAsAWhole = (path: string) => /\/(specializations|doctors|needs|order|providerAccount)$/.test(path)

it('every resource with PUT is tested here', async () => {
  const tried = new Set(await Array.fromAsync(resources, async ([, make]) => (await make()).put))
  const puts = routes.filter(({ method, path }) => method === 'PUT' && !isSetAsAWhole(path))
  expect(puts.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([])
})
