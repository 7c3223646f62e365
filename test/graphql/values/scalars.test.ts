import { type GraphQLScalarType, valueFromAST } from 'graphql'
import { parseValue } from 'postgraphile/graphql'
import { aPractice } from '../../helpers/clinic/world.ts'
import { dataOf, expectGraphQLRefusal, type GraphQLClient } from '../../helpers/programs/graphql.ts'
import { type Served, serve } from '../served.ts'

let served: Served
let practice: Awaited<ReturnType<typeof aPractice>>
let manager: GraphQLClient
beforeAll(async () => {
  served = await serve()
  practice = await aPractice(served.owner)
  manager = await served.as(practice.manager.claims)
})
afterAll(() => served.stop())

const values: Record<string, { accepted: unknown[]; refused: unknown[] }> = {
  Date: {
    accepted: ['2027-04-03', '2028-02-29', '0001-01-01', '9999-12-31'],
    refused: [
      ...['3.4.2027', '04-03-2027', '20270403', '2027-4-3', '2027-04-03T23:30:00-12:00', '2027-04-03 ', '27-04-03'],
      ...['tomorrow', 'now', 'J2461500', 'epoch', 'infinity', '', '20271-03-04', '0000-01-01', '2027-04-03 BC'],
      ...['2027-02-29', '2027-13-01', '2027-04-31', '2027-04-00', '２０２７-04-03', 20270403, true, null],
    ],
  },
  Datetime: {
    accepted: [
      ...['2027-04-03T09:00:00Z', '2027-04-03T09:00:00.123Z', '2027-04-03T09:00:00.123456+00:00'],
      ...['2027-04-03T23:30:00-12:00', '2027-04-03T09:00:00+15:59', '2027-04-03t09:00:00z'],
    ],
    refused: [
      ...['now', 'today', 'infinity', '-infinity', '04/03/2027 9:00 PM', '2027-04-03', '2027-04-03T09:00:00'],
      ...['2027-04-03 09:00:00Z', '2027-04-03T09:00Z', '2027-04-03T09:00:00+02', '2027-04-03T09:00:00+0200'],
      ...['2027-04-03T09:00:00 Europe/Berlin', '2027-04-03T09:00:00 PST', '2027-04-03T24:00:00Z'],
      ...['2027-06-30T23:59:60Z', '2027-02-29T09:00:00Z', '20271-03-04T09:00:00Z', '+12027-03-04T09:00:00Z'],
      ...['2027-04-03T09:00:00+16:00', '2027-04-03T09:60:00Z', '2027-04-03T09:00:00Z BC', 1806742800],
    ],
  },
  Time: {
    accepted: ['09:00', '09:00:00', '23:59:59.999999', '00:00', '24:00', '24:00:00'],
    refused: [
      ...['allballs', '0900', '9:00', '9:00 PM', 'now', '', '24:00:01', '24:30', '25:00', '09:60', '09:00:60'],
      ...['09:00+02:00', '09:00Z', '09:00:00.1234567', 'T09:00', '2027-04-03T09:00:00Z', 900],
    ],
  },
  BigInt: {
    accepted: ['1', 1, '-9223372036854775808', '9223372036854775807', 2 ** 53 - 1],
    refused: ['9223372036854775808', '-9223372036854775809', 1.5, '1.0', '1e3', '0x1', ' 1', '', '１', true],
  },
  BigFloat: {
    accepted: ['19', '12.5', 12.5, '-0.000001', '999999999999.999999', 0],
    refused: ['1e3', 'NaN', 'Infinity', '', ' 1', '1.', '.5', '1,5', '1.1234567', '1234567890123', true],
  },
  UUID: {
    accepted: ['0198c0de-0000-7000-8000-0123456789ab', '0198C0DE-0000-7000-8000-0123456789AB'],
    refused: ['0198c0de0000700080000123456789ab', '{0198c0de-0000-7000-8000-0123456789ab}', 'nil', ''],
  },
}
const scalar = (name: string) => served.graphql.schema.getType(name) as GraphQLScalarType
const asVariable = (name: string, value: unknown) => scalar(name).parseValue(value)
/** undefined for a literal that is refused, as in graphql-js. */
const asLiteral = (name: string, value: unknown) => valueFromAST(parseValue(JSON.stringify(value)), scalar(name))

describe.each(Object.entries(values))('%s', (name, { accepted, refused }) => {
  test.each(accepted)('accepts %j', (value) => {
    expect([asVariable(name, value), asLiteral(name, value)]).toEqual([String(value), String(value)])
  })

  test.each(refused)('refuses %j', (value) => {
    expect(() => asVariable(name, value)).toThrow(`${name} must be `)
    if (value !== null) expect(asLiteral(name, value)).toBeUndefined()
  })
})

test('a number that JavaScript may have rounded is refused as a variable and accepted as a literal', () => {
  expect(() => asVariable('BigInt', 2 ** 53)).toThrow('BigInt must be ')
  expect(asLiteral('BigInt', 2 ** 53)).toBe('9007199254740992')
})

test.each([
  ['a filter', '{ bookings(filter: { slotDate: { equalTo: "3.4.2027" } }) { totalCount } }'],
  ['a list in a filter', '{ bookings(filter: { slotDate: { in: ["2027-04-03", "tomorrow"] } }) { totalCount } }'],
  ['an argument', '{ availableSlots(fromDate: "04-03-2027") { cursor } }'],
  ['another argument', '{ availableSlots(fromTime: "now") { cursor } }'],
  [
    'an input',
    'mutation { createTimeSlot(input: { timeSlot: { clinicId: 1, name: "A", startTime: "allballs", endTime: "0900" } }) { clientMutationId } }',
  ],
])('an undocumented form is refused as a literal in %s', async (_where, document) => {
  await expectGraphQLRefusal(manager(document), 'graphql_validation_failed')
})

test.each([
  [
    'a filter',
    'query ($it: BookingFilter!) { bookings(filter: $it) { totalCount } }',
    { slotDate: { lessThan: 'J1' } },
  ],
  ['an argument', 'query ($it: Datetime!) { availableSlots(fromTime: $it) { cursor } }', '2027-04-03T09:00:00'],
  [
    'an input',
    'mutation ($it: CreateBookingSlotInput!) { createBookingSlot(input: $it) { bookingSlot { id } } }',
    { clinicId: '1', doctorId: '1', timeSlotId: '1', slotDate: '20271-03-04' },
  ],
  ['a default', 'query ($it: Date = "tomorrow") { availableSlots(fromDate: $it) { cursor } }', undefined],
])('an undocumented form is refused as a variable in %s', async (_where, document, it) => {
  await expectGraphQLRefusal(manager(document, { it }), 'graphql_validation_failed')
})

test('values of responses are accepted as input', async () => {
  const { bookingSlots } = await dataOf<{
    bookingSlots: { nodes: { id: string; startsAt: string; slotDate: string }[] }
  }>(manager('{ bookingSlots { nodes { id startsAt slotDate timeSlot { startTime } } } }'))
  const [{ id, startsAt, slotDate } = { id: '', startsAt: '', slotDate: '' }] = bookingSlots.nodes
  const again = await dataOf<{ bookingSlots: { nodes: { id: string }[] } }>(
    manager(
      `query ($id: BigInt!, $startsAt: Datetime!, $slotDate: Date!) { bookingSlots(filter: {
        id: { equalTo: $id }, startsAt: { equalTo: $startsAt }, slotDate: { equalTo: $slotDate } }) { nodes { id } } }`,
      { id, startsAt, slotDate },
    ),
  )
  expect(again.bookingSlots.nodes).toEqual([{ id }])
})
