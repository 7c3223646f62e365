import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { aDoctor, aPractice, aSlot, unique } from '../../helpers/clinic/world.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

// A client maintains a clinic's services by REST, and everybody can read them.

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let manager: Client
let anybody: Client

beforeAll(async () => {
  server = await serveRest()
  anybody = await server.as()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  manager = await server.as(practice.manager.claims)
})

const noTime = { years: 0, months: 0, days: 0, hours: 0, minutes: 0, seconds: 0 }
const create = async (body: Record<string, unknown> = {}) =>
  (await manager('POST', `/clinics/${practice.clinicId}/services`, { body: { name: unique('Service'), ...body } })).body

it('a manager adds a service, and everybody reads how long it takes, what to bring and who offers it', async () => {
  const created = await manager('POST', `/clinics/${practice.clinicId}/services`, {
    body: {
      name: 'First visit',
      names: { de: 'Erstgespräch' },
      preparation: 'Your insurance card',
      preparations: { de: 'Ihre Versichertenkarte' },
      duration: { hours: 1 },
      bufferAfter: { minutes: 10 },
      bookableBy: 'KNOWN_PATIENTS',
      patients: 'NEW',
      leadTime: { days: 1 },
    },
  })
  expect(created.status).toBe(201)
  const address = created.headers.get('location')?.replace('/api', '') ?? ''
  const { body: offered } = await manager('PUT', `${address}/doctors`, {
    body: { doctorIds: [practice.doctorId], durations: [{ minutes: 45 }] },
  })
  expect(offered.rowVersion).toBe(created.body.rowVersion + 1)
  expect((await anybody('GET', address)).body).toMatchObject({
    clinicId: practice.clinicId,
    position: 1,
    names: { de: 'Erstgespräch' },
    preparations: { de: 'Ihre Versichertenkarte' },
    duration: { ...noTime, hours: 1 },
    bufferBefore: noTime,
    bufferAfter: { ...noTime, minutes: 10 },
    leadTime: { ...noTime, days: 1 },
    horizon: null,
    mode: 'IN_PERSON',
    bookableBy: 'KNOWN_PATIENTS',
    patients: 'NEW',
    isActive: true,
    doctors: [{ doctorId: practice.doctorId, duration: { ...noTime, minutes: 45 } }],
  })
})

it('lists the services of a clinic in its order, those of one doctor, and inactive ones on request', async () => {
  const [first, second, third] = [await create(), await create(), await create()]
  const list = async (query = '') =>
    (await anybody('GET', `/clinics/${practice.clinicId}/services${query}`)).body.items.map(
      ({ id }: { id: string }) => id,
    )
  await manager('PUT', `/clinics/${practice.clinicId}/services/order`, { body: { serviceIds: [third.id] } })
  await manager('PATCH', `/services/${second.id}`, { body: { isActive: false } })
  await manager('PUT', `/services/${first.id}/doctors`, { body: { doctorIds: [practice.doctorId] } })
  expect(await list()).toEqual([third.id, first.id])
  expect(await list('?inactive=true')).toEqual([third.id, first.id, second.id])
  expect(await list(`?doctorId=${practice.doctorId}`)).toEqual([first.id])
  expect(await list(`?doctorId=${await aDoctor(server.owner, practice.clinicId)}`)).toEqual([])
  const unknown = await anybody('GET', `/clinics/${practice.clinicId}/services?doctorId=1`)
  expect(unknown.body).toMatchObject({ code: 'doctor_not_found', status: 404 })
})

it('a manager adds, changes, orders and removes the questions of a service', async () => {
  const { id } = await create()
  const ask = async (body: Record<string, unknown>) =>
    (await manager('POST', `/services/${id}/questions`, { body })).body
  const since = await ask({ question: 'Since when?', isRequired: true, maxLength: 100 })
  const why = await ask({
    question: 'Why?',
    kind: 'CHOICE',
    choices: ['Check', 'Pain'],
    choicesByLanguage: { de: ['Vorsorge', 'Schmerzen'] },
  })
  const asked = async () =>
    (await anybody('GET', `/services/${id}/questions`)).body.items.map((each: { question: string }) => each.question)
  expect(await asked()).toEqual(['Since when?', 'Why?'])
  await manager('PUT', `/services/${id}/questions/order`, { body: { questionIds: [why.id, since.id] } })
  await manager('PATCH', `/questions/${why.id}`, { body: { question: 'What for?' } })
  expect(await asked()).toEqual(['What for?', 'Since when?'])
  expect((await manager('DELETE', `/questions/${since.id}`)).status).toBe(204)
  expect(await asked()).toEqual(['What for?'])
})

it('a patient books with answers, and reads them as the desk does; another patient does not find them', async () => {
  const { id } = await create()
  await manager('PUT', `/services/${id}/doctors`, { body: { doctorIds: [practice.doctorId] } })
  const ask = async (body: Record<string, unknown>) =>
    (await manager('POST', `/services/${id}/questions`, { body })).body
  const since = await ask({ question: 'Since when?', isRequired: true })
  const first = await ask({ question: 'First visit?', kind: 'YES_NO' })
  const patient = await server.as(practice.customer.claims)
  const book = (answers: unknown) =>
    patient('POST', `/bookingSlots/${practice.slotId}/book`, { body: { serviceId: id, answers } })
  expect((await book([{ questionId: first.id, answer: true }])).body.code).toBe('answer_missing')
  const answers = [
    { questionId: first.id, answer: true },
    { questionId: since.id, answer: 'Since Monday' },
  ]
  const { body: booking } = await book(answers)
  await manager('PATCH', `/questions/${since.id}`, { body: { question: 'How long?' } })
  for (const reader of [patient, manager]) {
    const { body } = await reader('GET', `/bookings/${booking.id}/answers`)
    expect(body).toEqual({
      items: [
        { questionId: since.id, question: 'Since when?', answer: 'Since Monday' },
        { questionId: first.id, question: 'First visit?', answer: 'yes' },
      ],
      nextCursor: null,
    })
  }
  const { customer } = await aPractice(server.owner)
  const other = await server.as(customer.claims)
  expect((await other('GET', `/bookings/${booking.id}/answers`)).body.code).toBe('booking_not_found')
})

it('the desk takes the service off a visit, which then is in one slot; a patient may not', async () => {
  const { id } = await create({ duration: { minutes: 10 }, bufferAfter: { minutes: 5 } })
  await manager('PUT', `/services/${id}/doctors`, { body: { doctorIds: [practice.doctorId] } })
  const patient = await server.as(practice.customer.claims)
  const { body: booking } = await patient('POST', `/bookingSlots/${practice.slotId}/book`, { body: { serviceId: id } })
  const slotId = await aSlot(server.owner, practice.clinicId, practice.doctorId, 72)
  const move = (client: Client, more: object = {}) =>
    client('POST', `/bookings/${booking.id}/reschedule`, {
      body: { bookingSlotId: slotId, withoutService: true, ...more },
    })
  expect((await move(patient)).body).toMatchObject({ code: 'forbidden', status: 403 })
  const desk = await server.as(practice.receptionist.claims)
  expect((await move(desk, { serviceId: id })).body).toMatchObject({ code: 'invalid_argument', status: 422 })
  const { body: moved } = await move(desk)
  expect(moved).toMatchObject({ id: booking.id, bookingSlotId: slotId, serviceId: null, sequence: 1 })
  expect([moved.visitStartsAt, moved.visitEndsAt]).toEqual([moved.startsAt, moved.endsAt])
})

it('a change of an outdated version is refused, and a removed service is gone', async () => {
  const { id } = await create()
  const { headers } = await anybody('GET', `/services/${id}`)
  const ifMatch = { headers: { 'if-match': headers.get('etag') ?? '' } }
  await manager('PUT', `/services/${id}/doctors`, { body: { doctorIds: [practice.doctorId] } })
  const late = await manager('PATCH', `/services/${id}`, { body: { name: 'Late' }, ...ifMatch })
  expect(late.body.code).toBe('stale_row_version')
  expect((await manager('DELETE', `/services/${id}`)).status).toBe(204)
  expect((await anybody('GET', `/services/${id}`)).body.code).toBe('service_not_found')
})

it.each([
  ['a duration of half a minute', { duration: { seconds: 30 } }, 'check_violation'],
  ['a duration as text', { duration: '1 hour' }, 'bad_request'],
  ['an unknown unit of time', { duration: { weeks: 1 } }, 'bad_request'],
  ['a buffer without a duration', { bufferBefore: { minutes: 5 } }, 'check_violation'],
  ['an unknown specialization', { specializationId: '987654321987' }, 'foreign_key_violation'],
  ['a name beyond 100 characters', { name: 'x'.repeat(101) }, 'text_too_long'],
  ['names that are not texts', { names: { de: 1 } }, 'check_violation'],
])('%s is refused', async (_, body, code) => {
  const { body: problem } = await manager('POST', `/clinics/${practice.clinicId}/services`, {
    body: { name: unique('Service'), ...body },
  })
  expect(problem.code).toBe(code)
})
