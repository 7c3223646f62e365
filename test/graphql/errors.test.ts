import { anAccount, aPractice } from '../helpers/clinic/world.ts'
import { dataOf, expectGraphQLRefusal, type GraphQLClient } from '../helpers/programs/graphql.ts'
import { type Served, serve } from './served.ts'

let served: Served
let practice: Awaited<ReturnType<typeof aPractice>>
let anybody: GraphQLClient

beforeAll(async () => {
  served = await serve({}, async (owner) => {
    // Errors that the schema itself never raises.
    await owner.query(`
      create function app_public.divide(a int, b int) returns int language sql volatile return a / b;
      create function app_public.break_a_rule() returns int language plpgsql volatile security definer as $$
        begin
          insert into app_public.specializations (name) values ('the secret of somebody else'), ('the secret of somebody else');
          return 1;
        end $$;
      create function app_public.refuse_by_hand() returns int language plpgsql volatile as $$
        begin perform app_hidden.refuse('slot_taken', 'Gone.', '{"bookingSlotId": "7"}'); return 1; end $$;
      create function app_public.secret_of(id int) returns text language plpgsql stable as $$
        begin return (select password_hash from app_private.accounts limit 1); end $$;
      create function app_public.sleepy() returns int language plpgsql volatile security definer as $$
        begin perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(5); return 1; end $$;
      grant execute on function app_public.divide(int, int), app_public.break_a_rule(), app_public.refuse_by_hand(),
        app_public.secret_of(int), app_public.sleepy() to app_anonymous`)
  })
  practice = await aPractice(served.owner)
  anybody = await served.as()
})
afterAll(() => served.stop())

const book = `mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }`

describe('a refusal of the database', () => {
  test('returns its registered name, its sentence and its detail', async () => {
    const error = await expectGraphQLRefusal(anybody('mutation { refuseByHand(input: {}) { result } }'), 'slot_taken')
    expect(error).toMatchObject({
      message: 'Gone.',
      path: ['refuseByHand'],
      extensions: { code: 'slot_taken', detail: { bookingSlotId: '7' } },
    })
  })

  test('distinguishes callers without the right from anonymous ones', async () => {
    const input = { clinicId: practice.clinicId, bookingSlotId: practice.slotId }
    await expectGraphQLRefusal(anybody(book, { input }), 'insufficient_privilege')
    const other = await aPractice(served.owner)
    const manager = await served.as(other.manager.claims)
    const generate = `mutation ($input: GenerateBookingSlotsInput!) { generateBookingSlots(input: $input) { slotGenerationRun { id } } }`
    const range = { clinicId: practice.clinicId, fromDate: '2030-01-01', toDate: '2030-01-02' }
    await expectGraphQLRefusal(manager(generate, { input: range }), 'forbidden')
  })

  test.each([
    ['a zero byte', { de: 'a\u0000b' }, 'untranslatable_character'],
    ['half a character', { de: '\ud800' }, 'invalid_text_representation'],
    ['what is no name', { german: 'Kardiologie' }, 'check_violation'],
  ])('of JSON with %s', async (_what, names, code) => {
    const { claims } = await anAccount(served.owner, { isAdmin: true })
    const admin = await served.as(claims)
    const { id } = await served.owner.one<{ id: string }>(
      `insert into app_public.specializations (name) values ($1) returning id`,
      [`Of ${_what}`],
    )
    const update = `mutation ($id: BigInt!, $names: JSON!) { updateSpecialization(input: { id: $id, patch: { names: $names } }) { clientMutationId } }`
    await expectGraphQLRefusal(admin(update, { id, names }), code)
  })

  test('by PostgreSQL itself is reported by its title only, because its own message quotes rows', async () => {
    const answer = await anybody('mutation { breakARule(input: {}) { result } }')
    expect(answer.errors?.[0]).toMatchObject({ message: 'Exists already', extensions: { code: 'unique_violation' } })
    expect(answer.errors?.[0]?.extensions?.detail).toBeUndefined()
    expect(JSON.stringify(answer)).not.toContain('secret of somebody else')
    expect(JSON.stringify(answer)).not.toContain('specializations_are_unique')
  })

  test('for a missing right is reported without the name of the protected object', async () => {
    const answer = await anybody('{ secretOf(id: 1) }')
    expect(answer.errors?.[0]).toMatchObject({ message: 'Not allowed', extensions: { code: 'insufficient_privilege' } })
    expect(JSON.stringify(answer)).not.toContain('accounts')
  })

  test('because of a time limit is reported as such', async () => {
    await expectGraphQLRefusal(anybody('mutation { sleepy(input: {}) { result } }'), 'query_canceled')
  })

  test('does not affect other fields', async () => {
    const { data, errors } = await anybody(
      '{ secretOf(id: 1) clinics(first: 1) { nodes { id } } again: secretOf(id: 2) clinic(id: "1") { id } }',
    )
    expect(data).toMatchObject({ secretOf: null, again: null, clinics: { nodes: [{ id: expect.any(String) }] } })
    expect(errors?.map(({ path, extensions }) => [path?.[0], extensions?.code])).toEqual([
      ['secretOf', 'insufficient_privilege'],
      ['again', 'insufficient_privilege'],
    ])
  })
})

test('an unregistered error is logged in full, also after a refusal, and reported without internals', async () => {
  await expectGraphQLRefusal(anybody('mutation { refuseByHand(input: {}) { result } }'), 'slot_taken')
  served.logged.length = 0
  const answer = await anybody('mutation { divide(input: { a: 1, b: 0 }) { result } }')
  const requestId = answer.errors?.[0]?.extensions?.requestId
  expect(answer).toEqual({
    data: { divide: null },
    errors: [
      {
        message: 'An unexpected error occurred',
        locations: expect.any(Array),
        path: ['divide'],
        extensions: { code: 'internal_error', requestId: expect.any(String) },
      },
    ],
  })
  expect(served.logged).toEqual([
    expect.objectContaining({
      requestId,
      path: ['divide'],
      err: expect.objectContaining({
        message: 'division by zero',
        code: '22012',
        stack: expect.stringMatching(/\n +at .*\.ts/),
      }),
    }),
  ])
})

test('the request id of the response equals that of its header and of the log', async () => {
  served.logged.length = 0
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'my-own-request' },
    body: JSON.stringify({ query: 'mutation { divide(input: { a: 1, b: 0 }) { result } }' }),
  })
  const { errors } = (await response.json()) as { errors: { extensions: object }[] }
  expect(errors[0]?.extensions).toEqual({ code: 'internal_error', requestId: 'my-own-request' })
  expect(served.logged[0]).toMatchObject({ requestId: 'my-own-request' })
})

describe('a refusal that was recorded before it is reported', () => {
  const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { authTokens { accessToken } } }`
  const register = `mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) {
    authTokens { accountId accessToken expiresIn refreshToken } } }`
  const account = { email: 'carol@test.example', password: 'correct horse battery' }

  beforeAll(() => dataOf(anybody(register, { input: { ...account, fullName: 'Carol' } })))

  test('is an error like any other, and the record stays', async () => {
    const wrong = { input: { ...account, password: 'something else' } }
    const error = await expectGraphQLRefusal(anybody(signIn, wrong), 'wrong_credentials')
    expect(error).toMatchObject({ path: ['signIn'], message: 'Wrong e-mail address or password' })
    expect(
      await served.owner.one(
        `select spent from app_private.sign_in_counts
         where address_hash = sha256(convert_to($1, 'utf8')) and starts_with(place, 'network ')`,
        [account.email],
      ),
    ).toEqual({ spent: 1 })
  })

  test('is reported even if no field of the result is selected', async () => {
    const wrong = { input: { ...account, password: 'something else' } }
    const silent = 'mutation ($input: SignInInput!) { signIn(input: $input) { clientMutationId } }'
    await expectGraphQLRefusal(anybody(silent, wrong), 'wrong_credentials')
  })

  test('does not affect callers with the right password', async () => {
    const { signIn: result } = await dataOf<{ signIn: { authTokens: { accessToken: string } } }>(
      anybody(signIn, { input: account }),
    )
    expect(result.authTokens.accessToken).toMatch(/^ey/)
  })

  test('ends the session of a refresh token that was used twice', async () => {
    const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { authTokens { refreshToken accessToken } } }`
    type Tokens = { authTokens: { refreshToken: string; accessToken: string } }
    const first = await dataOf<{ signIn: Tokens }>(
      anybody(signIn.replace('accessToken', 'accessToken refreshToken'), { input: account }),
    )
    const input = { refreshToken: first.signIn.authTokens.refreshToken }
    const second = await dataOf<{ refreshSession: Tokens }>(anybody(refresh, { input }))
    const thief = { refreshToken: second.refreshSession.authTokens.refreshToken }
    await dataOf(anybody(refresh, { input: thief }))
    await expectGraphQLRefusal(anybody(refresh, { input }), 'refresh_token_reused')
    await expectGraphQLRefusal(anybody(refresh, { input: thief }), 'refresh_token_invalid')
  })
})

describe('an invalid request', () => {
  const send = (init: RequestInit) => fetch(`${served.url}/graphql`, { method: 'POST', ...init })
  const json = { 'content-type': 'application/json' }

  test.each([
    ['that is no json', { headers: json, body: '{' }, 400, 'bad_request'],
    ['without a document', { headers: json, body: '{}' }, 400, 'bad_request'],
    ['of several operations', { headers: json, body: '[{"query":"{ clinics { totalCount } }"}]' }, 400, 'bad_request'],
    [
      'in a form',
      { body: new URLSearchParams({ query: '{ clinics { totalCount } }' }) },
      415,
      'unsupported_media_type',
    ],
    [
      'longer than 100 kB',
      { headers: json, body: JSON.stringify({ query: ' '.repeat(100_001) }) },
      413,
      'body_too_large',
    ],
    ['by GET without a query', { method: 'GET' }, 400, 'bad_request'],
    ['by another method', { method: 'PUT' }, 405, 'method_not_allowed'],
    // As application/json, with status 200 for refusals by GraphQL itself.
    ['that cannot be parsed', { headers: json, body: '{"query":"{ clinics"}' }, 200, 'graphql_parse_failed'],
    ['that does not fit', { headers: json, body: '{"query":"{ planets }"}' }, 200, 'graphql_validation_failed'],
    [
      'whose variables do not fit',
      { headers: json, body: '{"query":"query ($id: BigInt!) { clinic(id: $id) { id } }","variables":{"id":[1]}}' },
      200,
      'graphql_validation_failed',
    ],
    [
      'for an operation that is not there',
      { headers: json, body: '{"query":"query A { clinics { totalCount } }","operationName":"B"}' },
      200,
      'graphql_validation_failed',
    ],
  ])('%s is refused with a code', async (_name, init: RequestInit, status, code) => {
    const response = await send(init)
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] }
    expect([response.status, errors.map(({ extensions }) => extensions)]).toEqual([status, [{ code }]])
  })

  test("with a value that PostgreSQL cannot read is refused without PostgreSQL's message", async () => {
    const manager = await served.as(practice.manager.claims)
    const update = 'mutation ($input: UpdatePolicyInput!) { updatePolicy(input: $input) { clientMutationId } }'
    const input = { clinicId: practice.clinicId, patch: { horizon: { seconds: 1e300 } } }
    const { errors } = await manager(update, { input })
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'invalid_datetime_format' } })
  })
})

test('an invalid cursor is refused, and is not an unexpected error', async () => {
  await expectGraphQLRefusal(anybody('{ clinics(after: "nonsense") { nodes { id } } }'), 'bad_request')
})
