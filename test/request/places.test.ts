import { describe, expect, it } from '@jest/globals'
import { parse } from 'postgraphile/graphql'
import type { Shard, Shards } from '../../src/database/shards.ts'
import { Places } from '../../src/request/shards/places.ts'
import type { Input, Route } from '../../src/rest/route/route.ts'
import { routes } from '../../src/rest/routes/index.ts'

// Shards 1 and 2. Clinic 1000000000009 was moved from shard 1 to shard 2.

const inShard = (shard: number, id = 5) => String(shard * 1_000_000_000_000 + id)
const moved = inShard(1, 9)

const numberIn = (id: string) => Math.floor(Number(id) / 1_000_000_000_000)
const known = (number: number) => (number <= 2 ? number : undefined)
const shards: Shards = {
  all: new Map<number, Shard>(),
  moved: new Map([[moved, 2]]),
  ofClinic: (id) => known(id === moved ? 2 : numberIn(id)),
  ofRow: (id) => (numberIn(id) === 1 ? [1, 2] : known(numberIn(id)) === undefined ? [] : [numberIn(id)]),
  anyAnswers: async () => true,
  end: async () => undefined,
}

const placeOf = (text: string, variables: Record<string, unknown> = {}, operationName?: string, readsCopies = false) =>
  new Places(shards).of({ document: parse(text), variables, operationName }, () => readsCopies)

const beginCheckout = 'mutation ($input: BeginCheckoutInput!) { beginCheckout(input: $input) { checkout { id } } }'

describe('an operation runs in the shard', () => {
  it.each([
    ['of a clinic in an argument', '($c: BigInt!) { booking(clinicId: $c, id: 3) { id } }', { c: inShard(2) }],
    ['of a clinic in the document itself', `{ policy(clinicId: "${inShard(2)}") { leadTime } }`, {}],
    ['of a clinic by its id', '($c: BigInt!) { clinic(id: $c) { name } }', { c: inShard(2) }],
    ['of a clinic that was moved', '($c: BigInt!) { clinic(id: $c) { name } }', { c: moved }],
    [
      'of a clinic in a filter',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { and: [{ clinicId: { equalTo: inShard(2) } }, { not: { doctorId: { equalTo: inShard(1) } } }] } },
    ],
    [
      'of a clinic in a filter on a relation',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { clinic: { id: { in: [inShard(2)] } } } },
    ],
    ['of a row', '($id: BigInt!) { bookings(filter: { id: { equalTo: $id } }) { nodes { id } } }', { id: inShard(2) }],
    ['that a default names', `($c: BigInt! = "${inShard(2)}") { clinic(id: $c) { name } }`, {}],
    [
      'of a clinic in a field of a fragment',
      `($c: BigInt!) { ...Day currentPerson { accountId } }
       fragment Day on Query { bookings(filter: { clinicId: { equalTo: $c } }) { nodes { id } } }`,
      { c: inShard(2) },
    ],
    [
      'of several fields with the same clinic',
      '($c: BigInt!) { clinic(id: $c) { name } policy(clinicId: $c) { leadTime } }',
      { c: inShard(2) },
    ],
    [
      'of a clinic in each alternative of a filter',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { or: [{ clinicId: { equalTo: inShard(2) } }, { and: [{ id: { equalTo: inShard(2) } }] }] } },
    ],
    [
      'of a clinic inside what every database has',
      '($c: BigInt!) { currentPerson { customer { bookings(filter: { clinicId: { equalTo: $c } }) { totalCount } } } }',
      { c: inShard(2) },
    ],
    [
      'of a row beside fields that are left out',
      `($id: BigInt!, $has: Boolean!) {
         availableSlots(doctorId: $id) { cursor }
         other: clinic(id: "${inShard(1)}") @include(if: $has) { id }
         clinics @skip(if: true) { totalCount }
       }`,
      { id: inShard(2), has: false },
    ],
  ])('%s', (_, text, variables) => {
    expect(placeOf(`query ${text}`, variables)).toBe(2)
  })

  it('of the clinic that a mutation names', () => {
    const text = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
    const input = { clinicId: moved, bookingSlotId: inShard(1), customerId: '7', clientMutationId: inShard(1) }
    expect(placeOf(text, { input })).toBe(2)
  })

  it.each([
    ['visits', { visits: [{ clinicId: inShard(1), bookingSlotId: inShard(1), serviceId: inShard(1) }] }],
    ['invoices', { invoices: [{ clinicId: inShard(1), invoiceId: inShard(1) }] }],
    ['a visit in the global database', { visits: [{ clinicId: '7', bookingSlotId: '1', serviceId: '1' }] }],
  ])('of the clinic of a checkout, which pays others by %s', (_, what) => {
    expect(placeOf(beginCheckout, { input: { clinicId: moved, ...what } })).toBe(2)
    expect(placeOf(beginCheckout, { input: { clinicId: '7', ...what } })).toBeUndefined()
  })

  it('of the clinic in a link', () => {
    const token = `12.${'a'.repeat(16)}.m${Number(inShard(2)).toString(16)}-1f`
    const text = 'mutation ($token: String!) { bookingByLink(input: { token: $token }) { result } }'
    expect(placeOf(text, { token })).toBe(2)
    expect(placeOf(text, { token: `12.${'a'.repeat(16)}.f-1f` })).toBeUndefined()
  })

  it('of the chosen operation of a document', () => {
    const text = `query One { clinic(id: "${inShard(1)}") { id } } query Two { clinic(id: "${inShard(2)}") { id } }`
    expect(placeOf(text, {}, 'One')).toBe(1)
    expect(placeOf(text, {}, 'Two')).toBe(2)
  })
})

describe('an operation runs in the global database', () => {
  it.each([
    ['that names no clinic', '{ bookings { nodes { id } } currentPerson { accountId } }', {}],
    ['for people', 'mutation { signOut(input: { refreshToken: "a" }) { success } }', {}],
    ['that names a clinic of the global database', '{ clinic(id: 7) { name } bookings { nodes { id } } }', {}],
    ['that names a shard that does not exist', '($c: BigInt!) { clinic(id: $c) { name } }', { c: inShard(3) }],
    [
      'with large numbers that are no ids',
      '($n: Int) { events(filter: { position: { greaterThan: $n } }) { nodes { id } } }',
      { n: inShard(1) },
    ],
    [
      'that names a row that may have been moved',
      '($id: BigInt!) { bookings(filter: { id: { equalTo: $id } }) { nodes { id } } }',
      { id: inShard(1) },
    ],
    [
      'with a clinic that only a list inside rows names',
      '($c: BigInt!) { bookings { nodes { notifications(filter: { clinicId: { equalTo: $c } }) { totalCount } } } }',
      { c: inShard(2) },
    ],
    [
      'with clinics of several databases inside people',
      `($a: BigInt!, $b: BigInt!) { customers { nodes {
        one: bookings(filter: { clinicId: { equalTo: $a } }) { totalCount }
        two: bookings(filter: { clinicId: { equalTo: $b } }) { totalCount }
      } } }`,
      { a: moved, b: inShard(1) },
    ],
    [
      'with a clinic in one alternative only',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { or: [{ clinicId: { equalTo: inShard(2) } }, { status: { equalTo: 'BOOKED' } }] } },
    ],
    [
      'with a clinic of which all related rows are to be, perhaps none',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { notifications: { every: { clinicId: { equalTo: inShard(2) } } } } },
    ],
    [
      'with a clinic that has other rows of the same people',
      '($f: BookingFilter) { bookings(filter: $f) { nodes { id } } }',
      { f: { customer: { bookings: { some: { clinicId: { equalTo: inShard(2) } } } } } },
    ],
    ['with null for the clinic', '($c: BigInt) { availableSlots(clinicId: $c) { bookingSlotId } }', { c: null }],
  ])('%s', (_, text, variables) => {
    expect(placeOf(text.startsWith('mutation') ? text : `query ${text}`, variables)).toBeUndefined()
  })
})

describe('a query reads lists in all databases', () => {
  const spans = (text: string, variables: Record<string, unknown> = {}) =>
    new Places(shards).spansShards({ document: parse(text), variables })
  const two = '{ invoices(filter: { clinicId: { in: $c } }) { totalCount } }'

  it.each([
    ['without a clinic', '{ invoices { totalCount } }', {}],
    [
      'of one checkout, which may pay clinics in several',
      'query ($id: BigInt!) { checkoutParts(filter: { checkoutId: { equalTo: $id } }) { totalCount } }',
      { id: inShard(1) },
    ],
    [
      'beside what the global database has',
      '{ payments { totalCount } clinic(id: 7) { id } bookings { totalCount } }',
      {},
    ],
    ['of clinics in several databases', `query ($c: [BigInt!]) ${two}`, { c: [inShard(1), inShard(2)] }],
    [
      'of one clinic and of all',
      'query ($c: BigInt!) { payments { totalCount } invoices(filter: { clinicId: { equalTo: $c } }) { totalCount } }',
      { c: inShard(2) },
    ],
    [
      'of a clinic in a shard beside what the global database has',
      'query ($c: [BigInt!]) { bookings { totalCount } invoices(filter: { clinicId: { in: $c } }) { totalCount } }',
      { c: inShard(2) },
    ],
  ])('%s', (_, text, variables) => {
    expect(spans(text, variables)).toBe(true)
  })

  it.each([
    ['of one clinic in a shard', `query ($c: [BigInt!]) ${two}`, { c: inShard(2) }],
    ['of one clinic in the global database', `query ($c: [BigInt!]) ${two}`, { c: '7' }],
    [
      'beside a clinic in a shard',
      'query ($c: BigInt!) { invoices { totalCount } clinic(id: $c) { id } }',
      { c: inShard(1) },
    ],
    ['that a directive leaves out', '{ bookings { totalCount } invoices @skip(if: true) { totalCount } }', {}],
    ['of which it has copies', '{ bookings { totalCount } }', {}],
    [
      'of one clinic beside what every shard has',
      `query ($c: [BigInt!]) { ${two.slice(1, -1)} currentPerson { accountId } }`,
      { c: inShard(2) },
    ],
  ])('but not %s', (_, text, variables) => {
    expect(spans(text, variables)).toBe(false)
  })
})

describe('an operation is refused', () => {
  const two = '($a: BigInt!, $b: BigInt!) { a: clinic(id: $a) { name } b: clinic(id: $b) { name } }'

  it.each([
    ['with clinics of two shards', `query ${two}`, { a: inShard(1), b: inShard(2) }],
    ['with a clinic of a shard and one of the global database', `query ${two}`, { a: inShard(1), b: '7' }],
    [
      'with a clinic of a shard and a list of all clinics',
      'query ($a: BigInt!) { clinic(id: $a) { name } bookings { nodes { id } } }',
      { a: inShard(1) },
    ],
    [
      'with a change of a person and one at a clinic',
      `mutation ($a: BigInt!) {
        signOut(input: { refreshToken: "a" }) { success }
        cancelBooking(input: { clinicId: $a, bookingId: 5 }) { booking { id } }
      }`,
      { a: inShard(1) },
    ],
  ])('%s', (_, text, variables) => {
    expect(() => placeOf(text, variables)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'several_databases' }) }),
    )
  })

  it('unless the global database has copies of everything that it reads', () => {
    expect(placeOf(`query ${two}`, { a: inShard(1), b: inShard(2) }, undefined, true)).toBeUndefined()
  })
})

describe('a query does not identify the database of its rows', () => {
  const unplaced = (text: string, variables: Record<string, unknown> = {}) =>
    new Places(shards).unplaced({ document: parse(text), variables }).fields.map(({ name }) => name)

  it.each([
    ['without arguments', '{ events { nodes { id } } }', {}],
    [
      'by a person',
      '($id: BigInt!) { events(filter: { customerId: { equalTo: $id } }) { nodes { id } } }',
      { id: '7' },
    ],
    [
      'by a row that may have been moved',
      '($id: BigInt!) { events(filter: { bookingId: { equalTo: $id } }) { nodes { id } } }',
      { id: inShard(1) },
    ],
    ['beside a field that does', '($c: BigInt!) { clinic(id: $c) { id } events { nodes { id } } }', { c: inShard(2) }],
  ])('%s', (_, text, variables) => {
    expect(unplaced(`query ${text}`, variables)).toEqual(['events'])
  })

  it.each([
    ['with a clinic', '($c: BigInt!) { events(filter: { clinicId: { equalTo: $c } }) { nodes { id } } }', { c: moved }],
    ['with an unknown clinic', '($c: BigInt!) { event(clinicId: $c, id: 1) { id } }', { c: inShard(3) }],
    ['with a row', '($id: BigInt!) { events(filter: { bookingId: { equalTo: $id } }) { nodes { id } } }', { id: '7' }],
    ['with a link', '{ bookingByLink(token: "no link") { startsAt } }', {}],
    ['when it is left out', '($no: Boolean!) { events @include(if: $no) { nodes { id } } }', { no: false }],
    ['with a checkout, for which all are asked', `{ checkout(id: "${inShard(1)}") { id } }`, {}],
  ])('but one %s does', (_, text, variables) => {
    expect(unplaced(`query ${text}`, variables)).toEqual([])
  })

  it('and a mutation does not count', () => {
    expect(unplaced('mutation { signOut(input: { refreshToken: "a" }) { success } }')).toEqual([])
  })
})

describe('every endpoint of the REST API with an id of a clinic or of its rows', () => {
  const ofPeople = /^\/(customers|specializations|me|checkouts)\b/
  const cases = routes.filter(({ path }) => path.includes('{') && !ofPeople.test(path))

  it.each(cases.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s runs in its shard',
    (_, route) => {
      expect(placeOf(route.document, variablesOf(route))).toBe(2)
    },
  )

  /** With an id of shard 2 for everything but customers and specializations, and without what is looked up later. */
  function variablesOf({ path, variables }: Route): Record<string, unknown> {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
    const idOf = (name: string) => (/customer|specialization/i.test(name) ? '7' : inShard(2))
    const input: Input = {
      path: Object.fromEntries(names.map((name) => [name, idOf(name)])),
      query: {},
      body: {},
      returned: {},
      rowVersion: undefined,
      first: 20,
      after: undefined,
    }
    return variables(input)
  }
})
