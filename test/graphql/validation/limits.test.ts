import { getIntrospectionQuery } from 'graphql'
import { limits } from '../../../src/graphql/validation/limits.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Answer, dataOf, expectGraphQLRefusal, type GraphQLClient } from '../../helpers/programs/graphql.ts'
import { cpuTime, quickest } from '../../helpers/time/quickest.ts'
import { type Served, serve } from '../served.ts'

let served: Served
let closed: Served
let anybody: GraphQLClient
let outsider: GraphQLClient
beforeAll(async () => {
  served = await serve()
  anybody = await served.as()
  closed = await serve({ introspection: false })
  outsider = await closed.as()
})
afterAll(() => Promise.all([served.stop(), closed.stop()]))

const tooComplex = async (document: string, variables?: Record<string, unknown>) => {
  const { message, extensions } = await expectGraphQLRefusal(anybody(document, variables), 'query_too_complex')
  return { message, limit: (extensions?.detail as { limit: string } | undefined)?.limit }
}
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ')

test('queries of developers and their tools are allowed', async () => {
  await dataOf(anybody(getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true })))
  await dataOf(
    anybody(
      `query ($first: Int!) {
      clinics(first: $first) { totalCount pageInfo { endCursor } nodes {
        name doctors(first: 20) { nodes { fullName doctorSpecializations { nodes { specialization { name } } } } } } } }`,
      {
        first: 5,
      },
    ),
  )
  await dataOf(
    anybody(
      '{ bookingSlots(first: 100) { nodes { startsAt doctor { fullName } clinic { name } timeSlot { name } } } }',
    ),
  )
})

test('a list without a page size returns 20 rows, and null does not avoid that', async () => {
  await served.owner.query(
    `insert into app_public.specializations (name) select 'S' || i from generate_series(1, 30) i`,
  )
  const { count } = await served.owner.one('select count(*)::int from app_public.specializations')
  const { specializations } = await dataOf<{ specializations: { nodes: unknown[]; totalCount: number } }>(
    anybody('{ specializations { totalCount nodes { id } } }'),
  )
  expect([specializations.nodes.length, specializations.totalCount]).toEqual([20, count])
  await expectGraphQLRefusal(anybody('{ specializations(first: null) { nodes { id } } }'), 'graphql_validation_failed')
  await expectGraphQLRefusal(
    anybody('query ($first: Int) { specializations(first: $first) { nodes { id } } }', { first: null }),
    'graphql_validation_failed',
  )
})

test('pages have at most 100 rows, whether given in the document or by a variable', async () => {
  const message = 'first must be from 0 to 100, not 101.'
  expect(await tooComplex('{ clinics(first: 101) { nodes { id } } }')).toEqual({ message, limit: 'first' })
  const byVariable = 'query ($first: Int!) { clinics(first: $first) { nodes { id } } }'
  await dataOf(anybody(byVariable, { first: 100 }))
  expect(await tooComplex(byVariable, { first: 101 })).toEqual({ message, limit: 'first' })
  await dataOf(anybody(byVariable, { first: 1 }))
  expect((await tooComplex(byVariable, { first: -1 })).limit).toBe('first')
  expect((await tooComplex('{ availableSlots(pageSize: 1000) { cursor } }')).limit).toBe('pageSize')
  const byDefault = 'query ($first: Int! = 500) { clinics(first: $first) { nodes { id } } }'
  expect((await tooComplex(byDefault)).limit).toBe('first')
})

test('the rows that may be read are counted, and lists in lists are multiplied', async () => {
  const nested = (first: number) =>
    `{ clinics(first: ${first}) { nodes { doctors(first: ${first}) { nodes { bookingSlots(first: ${first}) { nodes { id } } } } } } }`
  await dataOf(anybody(nested(10)))
  const { message, limit } = await tooComplex(nested(50))
  expect(limit).toBe('cost')
  expect(message).toMatch(/may read \d{6} rows; 5000 are allowed/)
})

test('a page size in a variable is measured by its value, whatever was sent before', async () => {
  const document = 'query ($n: Int) { clinics(first: $n) { nodes { doctors(first: $n) { nodes { id } } } } }'
  await dataOf(anybody(document, { n: 10 }))
  expect((await tooComplex(document, { n: 100 })).limit).toBe('cost')
  await dataOf(anybody(document, { n: 20 }))
  await dataOf(anybody(document))
  expect((await tooComplex(document, { n: 100 })).limit).toBe('cost')
  for (const n of ['10', '10', [10, 100], { equalTo: 10 }])
    await expectGraphQLRefusal(anybody(document, { n }), 'graphql_validation_failed')
})

test('a field costs nothing while it is skipped, and its rows when it is included', async () => {
  const document = `query ($all: Boolean!) { clinics(first: 100) { nodes { id
    doctors(first: 100) @include(if: $all) { nodes { id } } } } }`
  await dataOf(anybody(document, { all: false }))
  expect((await tooComplex(document, { all: true })).limit).toBe('cost')
})

test('the depth of selections is limited', async () => {
  const { message, limit } = await tooComplex(
    `{ clinics { nodes { doctors { nodes { bookingSlots { nodes { bookings { nodes { notifications { nodes { booking { clinic { id } } } } } } } } } } } } }`,
  )
  expect(limit).toBe('depth')
  expect(message).toMatch(/list depth 5 exceeds maximum of 4/)
  // Round and round through single rows.
  expect(
    (
      await tooComplex(
        `{ doctor(clinicId: 1, id: 1) ${'{ clinic { doctors(first: 1) { nodes '.repeat(3)} { id } ${'} } }'.repeat(3)} }`,
      )
    ).limit,
  ).toBe('depth')
})

describe('booking slots', () => {
  const clinic = 'clinicId: { equalTo: $clinicId }'

  test.each([
    ['the number', '{ bookingSlots { totalCount } }'],
    ['by a filter without a clinic', '{ bookingSlots(filter: { status: { equalTo: OPEN } }) { totalCount } }'],
    ['under an alias', '{ all: bookingSlots(first: 1) { nodes { id } pageInfo { hasNextPage } n: totalCount } }'],
    [
      'in fragments',
      '{ bookingSlots { ...A } } fragment A on BookingSlotConnection { ... { ...B } } fragment B on BookingSlotConnection { totalCount }',
    ],
    ['by groups', '{ bookingSlots { groupedAggregates(groupBy: [STATUS]) { keys } } }'],
    ['by aggregates', '{ bookingSlots { aggregates { distinctCount { id } } } }'],
    [
      'by a filter that may be anything',
      'query ($filter: BookingSlotFilter) { bookingSlots(filter: $filter) { totalCount } }',
    ],
    [
      'by a clinic among others',
      'query ($clinicId: BigInt!) { bookingSlots(filter: { or: [{ clinicId: { equalTo: $clinicId } }, { status: { equalTo: OPEN } }] }) { totalCount } }',
    ],
  ])('of all clinics are not counted: %s', async (_, document) => {
    const variables = document.includes('$clinicId') ? { clinicId: '1' } : {}
    const error = await expectGraphQLRefusal(anybody(document, variables), 'query_too_complex')
    expect(error).toMatchObject({ locations: [{ line: 1 }], extensions: { detail: { limit: 'counts' } } })
  })

  test('of a clinic are counted, as far as the caller may see them', async () => {
    const { clinicId, doctorId, slotId, customer, manager } = await aPractice(served.owner)
    const [held] = [
      await aSlot(served.owner, clinicId, doctorId, 60),
      await aSlot(served.owner, clinicId, doctorId, 70),
    ]
    await served.owner.query('select app_public.book_slot($1, $2, $3)', [clinicId, slotId, customer.customerId])
    await served.owner.query('select app_public.hold_slot($1, $2, $3)', [
      clinicId,
      held,
      (await aCustomer(served.owner)).customerId,
    ])
    const document = `query ($clinicId: BigInt!) {
      bookingSlots(filter: { ${clinic} }) { totalCount nodes { id } groupedAggregates(groupBy: [STATUS]) { keys } } }`
    for (const [caller, count] of [
      [anybody, 1],
      [await served.as(customer.claims), 2],
      [await served.as(manager.claims), 3],
    ] as const) {
      const { bookingSlots } = await dataOf<{
        bookingSlots: { totalCount: number; nodes: unknown[]; groupedAggregates: unknown[] }
      }>(caller(document, { clinicId }))
      const { totalCount, nodes, groupedAggregates } = bookingSlots
      expect([totalCount, nodes.length, groupedAggregates.length]).toEqual([count, count, count])
    }
  })

  test('are refused when the variable for the clinic has no value', async () => {
    const document = `query ($clinicId: BigInt) { bookingSlots(filter: { ${clinic} }) { totalCount } }`
    for (const variables of [{}, { clinicId: null }])
      await expectGraphQLRefusal(anybody(document, variables), 'bad_request')
  })
})

test('the number of aliases is limited', async () => {
  const aliases = (count: number) => `{ ${times(count, (i) => `a${i}: clinic(id: ${i}) { id }`)} }`
  await dataOf(anybody(aliases(limits.aliases)))
  expect(await tooComplex(aliases(limits.aliases + 1))).toEqual({ message: 'More than 20 aliases.', limit: 'aliases' })
})

test('the size of documents is limited, with all uses of their fragments', async () => {
  expect(await tooComplex(`{ clinics { nodes { ${times(limits.tokens, () => 'id')} } } }`)).toEqual({
    message: 'More than 2000 tokens.',
    limit: 'tokens',
  })
  const bomb = times(20, (i) => `fragment f${i} on Clinic { ${i === 19 ? 'id' : `...f${i + 1} ...f${i + 1}`} }`)
  // With another name each time, so that none is cached.
  const refused = async (time: number) =>
    expect((await tooComplex(`query Q${time} { clinics { nodes { ...f0 } } } ${bomb}`)).limit).toBe('cost')
  expect(await quickest(1000, refused, cpuTime)).toBeLessThan(1000)
})

test.each([
  [
    'a JSON',
    'mutation ($it: JSON!) { createSpecialization(input: { specialization: { name: "Deep", names: $it } }) { clientMutationId } }',
  ],
  ['an id', 'query ($it: BigInt!) { clinic(id: $it) { id } }'],
  ['a text', 'mutation ($it: String!) { signIn(input: { email: $it, password: $it }) { clientMutationId } }'],
])('the depth of variables is limited, even beyond what the stack would hold: %s', async (_what, document) => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const ask = async (levels: number) => {
    // Written by hand, because JSON.stringify() has a limit of its own.
    const body = `{"query": ${JSON.stringify(document)}, "variables": {"it": ${nested(levels)}}}`
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { errors } = (await response.json()) as Answer
    return errors?.map(({ extensions }) => extensions?.code)
  }
  expect(await ask(limits.variableDepth)).not.toContain('query_too_complex')
  for (const levels of [limits.variableDepth + 1, 6_000, 45_000])
    expect(await ask(levels)).toEqual(['query_too_complex'])
  // A refused request is not an error of the server.
  expect(served.logged.filter(({ level }) => Number(level) >= 50)).toEqual([])
})

test('the largest possible request is refused or answered quickly', async () => {
  const slow = [
    `{ ${times(280, () => 'clinics { nodes { id } }')} }`,
    `{ clinics { nodes { ${times(280, () => 'doctors { nodes { id } }')} } } }`,
    `{ clinics { nodes { ${times(160, () => 'doctors(first: 1) { nodes { id } }')} } } }`,
    `{ clinics { nodes { ${times(1900, (i) => `x${i}`)} } } }`,
  ]
  for (const document of slow) {
    expect(await quickest(2000, (time) => anybody(`query Q${time} ${document}`), cpuTime)).toBeLessThan(2000)
  }
})

test('an unknown operation name is refused, however often another is tried', async () => {
  const ask = (operationName: string) =>
    fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query A { clinics { totalCount } }', operationName }),
    }).then((response) => response.json() as Promise<{ data?: unknown }>)
  expect((await ask('B')).data).toBeUndefined()
  expect((await ask('A')).data).toBeDefined()
})

describe('without introspection', () => {
  test.each([
    ['as tools ask for it', getIntrospectionQuery()],
    ['of one type', '{ __type(name: "Clinic") { fields { name } } }'],
    ['by another name', '{ clinics: __schema { queryType { name } } }'],
    ['beside what is allowed', '{ clinics { totalCount } __schema { queryType { name } } }'],
    [
      'in fragments',
      '{ ... { ...a } } fragment a on Query { ...b } fragment b on Query { __type(name: "ID") { name } }',
    ],
    ['in what is left out', '{ __typename ... @skip(if: true) { __schema { queryType { name } } } }'],
    ['in another operation', 'query A { __typename } query B { __schema { queryType { name } } }'],
    ["in a mutation's payload", 'mutation { signOut(input: {}) { query { __schema { queryType { name } } } } }'],
  ])('the schema is not returned: %s', async (_form, document) => {
    // No other rule refuses it.
    expect(served.graphql.check(document)).toEqual([])
    for (const answer of [await outsider(document), await closed.subscribe(document, {}, {}).next()]) {
      expect(answer?.data).toBeUndefined()
      expect(new Set(answer?.errors?.map(({ extensions }) => extensions?.code))).toEqual(
        new Set(['introspection_disabled']),
      )
    }
  })

  test('a subscription has no such fields', async () => {
    const subscription = closed.subscribe('subscription { __schema { queryType { name } } }', {}, {})
    expect((await subscription.next())?.errors?.[0]?.extensions?.code).toBe('graphql_validation_failed')
  })

  test('the type name of an object is still returned', async () => {
    expect(await dataOf(outsider('{ __typename clinics { __typename } }'))).toEqual({
      __typename: 'Query',
      clinics: { __typename: 'ClinicConnection' },
    })
  })

  const book = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
  test.each<[string, string, string, Record<string, unknown>]>([
    ['a field', 'clinics', '{ clinic5 { totalCount } }', {}],
    ['an argument', 'orderBy', '{ clinics(orderBi: NATURAL) { totalCount } }', {}],
    ['a value', 'NATURAL', '{ clinics(orderBy: NATURALI) { totalCount } }', {}],
    ['a type', 'Clinic', '{ ... on Clinik { id } }', {}],
    ['a field of a variable', 'bookingSlotId', book, { input: { clinicId: 1, bookingSlotI: 1 } }],
    ['the same, with lines', 'bookingSlotId', book, { input: { ' Did you mean \n': 1, bookingSlotI: 1 } }],
  ])('%s that is misspelt gets no suggestion', async (_what, name, document, variables) => {
    const told = async (client: GraphQLClient) =>
      (await expectGraphQLRefusal(client(document, variables), 'graphql_validation_failed')).message
    const names = new RegExp(`\\b${name}\\b`)
    expect(await told(anybody)).toMatch(names)
    expect(await told(outsider)).not.toMatch(names)
  })
})

describe('filters', () => {
  const clinics = 'query ($it: ClinicFilter!) { clinics(filter: $it) { totalCount } }'
  /** A filter of clinics with nested relations, doctors and their clinic in turns. */
  const related = (levels: number): object =>
    levels === 0
      ? { name: { equalTo: 'x' } }
      : { doctors: { some: levels === 1 ? { fullName: { equalTo: 'x' } } : { clinic: related(levels - 2) } } }
  const combined = (levels: number): object =>
    levels === 0 ? { name: { equalTo: 'x' } } : { or: [combined(levels - 1)] }
  const negated = (levels: number): object => (levels === 0 ? { name: { equalTo: 'x' } } : { not: negated(levels - 1) })
  const wide = (conditions: number) => ({
    or: Array.from({ length: conditions - 1 }, () => ({ name: { equalTo: 'x' } })),
  })
  /** As it is written in a document. */
  const literal = (value: unknown): string => JSON.stringify(value).replace(/"(\w+)":/g, '$1:')

  /** A filter in each way in which a request can have it. */
  function asking(given: object): [document: string, variables?: Record<string, unknown>][] {
    const [[field, inner] = ['', undefined]] = Object.entries(given)
    const type = field === 'or' ? '[ClinicFilter!]' : field === 'not' ? 'ClinicFilter' : 'ClinicToManyDoctorFilter'
    return [
      [clinics, { it: given }],
      [`query ($it: ${type}!) { clinics(filter: { ${field}: $it }) { totalCount } }`, { it: inner }],
      [`{ clinics(filter: ${literal(given)}) { totalCount } }`],
      [`query ($it: ClinicFilter = ${literal(given)}) { clinics(filter: $it) { totalCount } }`],
      [`{ ...F } fragment F on Query { clinics(filter: ${literal(given)}) { totalCount } }`],
    ]
  }

  test.each<[string, (size: number) => object, keyof typeof limits, number]>([
    ['relations inside each other', related, 'filterRelationDepth', limits.filterRelationDepth],
    ['or inside each other', combined, 'filterDepth', limits.filterDepth],
    ['not inside each other', negated, 'filterDepth', limits.filterDepth],
    ['conditions', wide, 'filterConditions', limits.filterConditions],
  ])('are limited to %s, as a variable, in part and as a literal', async (_what, filter, limit, most) => {
    for (const [document, variables] of asking(filter(most))) await dataOf(anybody(document, variables))
    for (const [document, variables] of asking(filter(most + 1)))
      expect(await tooComplex(document, variables)).toMatchObject({ limit })
  })

  const some = 'doctors: { some: { fullName: { equalTo: "x" } } }'
  test.each<[string, (relations: number) => string]>([
    ['under aliases', (n) => `{ ${times(n, (i) => `a${i}: clinics(filter: { ${some} }) { totalCount }`)} }`],
    ['in one list', (n) => `{ clinics(filter: { or: [${times(n, () => `{ ${some} }`)}] }) { totalCount } }`],
    [
      'by fragments that are spread more than once',
      (n) => `{ ${times(n, (i) => `a${i}: clinics(first: 1) { nodes { ...F } }`)} }
        fragment F on Clinic { doctors(filter: { clinic: { name: { equalTo: "x" } } }) { totalCount } }`,
    ],
    [
      'as every, none and whether there are any',
      (n) => `{ ${times(n - 2, (i) => `a${i}: clinics(filter: { doctorsExist: true }) { totalCount }`)}
        clinics(filter: { doctors: { every: { fullName: { isNull: true } }, none: { fullName: { isNull: true } } } }) { totalCount } }`,
    ],
    [
      'in lists in lists',
      (n) => `{ clinics(first: 1) { nodes { doctors(first: 1, filter: { or: [
        ${times(n, () => '{ clinic: { name: { equalTo: "x" } } }')}] }) { totalCount } } } }`,
    ],
  ])('of one request are limited in relations together: %s', async (_where, document) => {
    await dataOf(anybody(document(limits.filterRelations)))
    expect((await tooComplex(document(limits.filterRelations + 1))).limit).toBe('filterRelations')
  })

  test('have the same limit by WebSocket and for callers in this process', async () => {
    const given = { it: related(limits.filterRelationDepth + 1) }
    const refused = [expect.objectContaining({ extensions: expect.objectContaining({ code: 'query_too_complex' }) })]
    expect(await served.subscribe(clinics, given, {}).next()).toMatchObject({ errors: refused })
    expect(await served.graphql.run({ document: clinics, variables: given, claims: {} })).toEqual({ errors: refused })
  })

  test('orders are limited as well', async () => {
    const document = 'query ($it: [ClinicOrderBy!]) { clinics(orderBy: $it) { totalCount } }'
    const orders = (count: number) => Array.from({ length: count }, () => 'NAME_ASC')
    await dataOf(anybody(document, { it: orders(limits.orders) }))
    expect(await tooComplex(document, { it: orders(limits.orders + 1) })).toMatchObject({ limit: 'orders' })
  })

  test('a filter for the rows of one specialization in some clinics is allowed', async () => {
    const filter = {
      or: [{ clinic: { name: { includesInsensitive: 'Berlin' } } }, { clinicId: { in: ['1', '2', '3'] } }],
      doctorSpecializations: { some: { specialization: { name: { equalToInsensitive: 'dermatology' } } } },
    }
    await dataOf(anybody('query ($it: DoctorFilter!) { doctors(filter: $it) { totalCount } }', { it: filter }))
  })
})
