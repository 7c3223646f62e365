import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { aQuestion, aService } from '../helpers/clinic/services.ts'
import { aPractice } from '../helpers/clinic/world.ts'
import { dataOf } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'

// The documents of docs/api/graphql.md about visits of a service are executed here as they are written, in another clinic.

let served: TestServer
beforeAll(async () => {
  served = await sharedServer()
})
afterAll(() => served.stop())

test('the documents of docs/api/graphql.md list services and their times, and book a visit with answers', async () => {
  const { clinicId, doctorId, slotId, customer } = await aPractice(served.owner)
  const serviceId = await aService(served.owner, clinicId, { name: 'Check', duration: '10 min', doctors: [doctorId] })
  const question = { question: 'Since when?', is_required: true }
  const questionId = await aQuestion(served.owner, clinicId, serviceId, question)
  const page = await readFile('docs/api/graphql.md', 'utf8')
  const documents = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => {
    expect(text).toMatch(/clinicId: (\{ equalTo: )?3\b/)
    return text.replace(/(clinicId: (?:\{ equalTo: )?)3\b/, `$1${clinicId}`)
  })
  const [services, times, booking] = documents as [string, string, string]
  const patient = await served.as(customer.claims)
  expect(await dataOf(patient(services))).toEqual({
    services: {
      nodes: [
        {
          id: serviceId,
          name: 'Check',
          duration: { hours: 0, minutes: 10 },
          serviceQuestions: {
            nodes: [{ id: questionId, question: 'Since when?', kind: 'TEXT', isRequired: true }],
          },
        },
      ],
    },
  })
  expect(await dataOf(patient(times, { serviceId }))).toMatchObject({ availableSlots: [{ bookingSlotId: slotId }] })
  const answers = [{ questionId, answer: 'Since Monday' }]
  expect((await patient(booking, { bookingSlotId: slotId, serviceId })).errors?.[0]?.extensions?.code).toBe(
    'answer_missing',
  )
  expect(await dataOf(patient(booking, { bookingSlotId: slotId, serviceId, answers }))).toMatchObject({
    bookSlot: {
      booking: {
        service: { name: 'Check' },
        bookingAnswers: { nodes: [{ wording: 'Since when?', answer: 'Since Monday' }] },
      },
    },
  })
})
