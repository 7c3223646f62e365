import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Refusal } from '../../../src/request/refusal.ts'
import { aCustomer, anAccount, type Customer } from '../../helpers/clinic/world.ts'
import { tokenSettings } from '../../helpers/programs/tokens.ts'
import { type Served, serve } from '../served.ts'

const issuer = 'https://login.test.example/'
const audience = 'medislot-api'

let served: Served
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let jwks: Server
let ann: Customer

beforeAll(async () => {
  keys = await generateKeyPair('ES256')
  const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] }
  jwks = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(published))
  })
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
  const jwksUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`
  served = await serve({ externalIssuer: { issuer, audience, jwksUrl } })
  ann = await aCustomer(served.owner, 'Ann')
  await served.owner.query(
    'insert into app_private.external_identities (issuer, subject, account_id) values ($1, $2, $3)',
    [issuer, 'ann|1', ann.accountId],
  )
})
afterAll(async () => {
  await served.stop()
  jwks.closeAllConnections()
  jwks.close()
})

async function whoAmI(authorization?: string) {
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ query: '{ currentPerson { accountId customer { fullName } } }' }),
  })
  const { data, errors } = (await response.json()) as {
    data?: { currentPerson: { accountId: string; customer: { fullName: string } } | null }
    errors?: { extensions: { code: string } }[]
  }
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    person: data?.currentPerson,
    code: errors?.[0]?.extensions.code,
  }
}

const ours = (
  claims: Record<string, unknown> = {},
  { secret = tokenSettings.jwtSecret, expires = '5m' as string | number, alg = 'HS256' } = {},
) =>
  new SignJWT({ sub: ann.accountId, sid: ann.claims.sid, iss: 'medislot', aud: 'medislot', ...claims })
    .setProtectedHeader({ alg })
    .setExpirationTime(expires)
    .sign(Buffer.from(secret))

const theirs = (claims: Record<string, unknown> = {}, key = keys.privateKey) =>
  new SignJWT({ sub: 'ann|1', iss: issuer, aud: audience, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setExpirationTime('5m')
    .sign(key)

const refused = { status: 401, code: 'unauthenticated', challenge: 'Bearer error="invalid_token"', person: undefined }

test("a caller without a token is anonymous, a caller with a token is the token's account", async () => {
  expect(await whoAmI()).toMatchObject({ status: 200, person: null })
  expect(await whoAmI(`Bearer ${await ours()}`)).toMatchObject({
    status: 200,
    person: { accountId: ann.accountId, customer: { fullName: 'Ann' } },
  })
})

test('a token that is not valid is refused, not treated as anonymous', async () => {
  const { privateKey: foreignKey } = await generateKeyPair('ES256')
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await ours()).split('.')[1]}.`
  const bad = {
    'no token': 'x.y.z',
    empty: '',
    expired: await ours({}, { expires: '-1s' }),
    'another key': await ours({}, { secret: 'some other key of more than thirty-two bytes' }),
    'another algorithm': await ours({}, { alg: 'HS512' }),
    unsigned,
    'another issuer': await ours({ iss: 'somebody' }),
    'another audience': await ours({ aud: 'somebody' }),
    'without a session': await ours({ sid: undefined }),
    'the external issuer, by our key': await ours({ iss: issuer, aud: audience }),
    'the external issuer, by a key it never published': await theirs({}, foreignKey),
    'the external issuer, for somebody else': await theirs({ aud: 'medislot' }),
    'ours, by the external key': await theirs({ iss: 'medislot', aud: 'medislot' }),
  }
  for (const [name, token] of Object.entries(bad)) {
    expect({ name, ...(await whoAmI(`Bearer ${token}`)) }).toEqual({ name, ...refused })
  }
  expect(await whoAmI('Basic YW5uOmFubg==')).toEqual(refused)
})

test('the reason why a token is refused is reported, over HTTP and over a WebSocket', async () => {
  const expired = await ours({}, { expires: '-1s' })
  const reasons = {
    [`Bearer ${expired}`]: 'The access token has expired.',
    'Bearer x.y.z': 'The access token is not valid.',
    'Basic YW5uOmFubg==': 'The Authorization header must be: Bearer <access token>.',
  }
  for (const [authorization, message] of Object.entries(reasons)) {
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: '{ currentPerson { accountId } }' }),
    })
    const errors = [{ message, extensions: { code: 'unauthenticated' } }]
    expect(await response.json()).toMatchObject({ errors })
    const subscription = served.subscribe(
      'subscription { clinicDay(clinicId: 1) { __typename } }',
      {},
      { authorization },
    )
    // graphql-ws adds a field of its own protocol.
    expect((await subscription.next())?.errors).toMatchObject(errors)
    await subscription.close()
  }
  expect(new Refusal('forbidden')).toBeInstanceOf(Refusal)
})

test('a valid token is refused after its expiry', async () => {
  const end = Math.floor(Date.now() / 1000) + 4
  const token = await ours({}, { expires: end })
  expect(await whoAmI(`Bearer ${token}`)).toMatchObject({ status: 200 })
  // A verified token is cached; its expiry must be checked all the same.
  while (Date.now() < end * 1000) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await whoAmI(`Bearer ${token}`)).toEqual(refused)
})

test('a token of a session that was signed out is refused, even before its expiry', async () => {
  const { accountId, claims } = await anAccount(served.owner)
  const client = await served.as(claims)
  expect((await client('mutation { signOut(input: {}) { result } }')).data).toEqual({ signOut: { result: true } })
  const token = await ours({ sub: accountId, sid: claims.sid })
  expect(await whoAmI(`Bearer ${token}`)).toMatchObject({ code: 'unauthenticated' })
})

test("an external issuer's token is accepted for the accounts that are assigned to its subjects", async () => {
  expect(await whoAmI(`Bearer ${await theirs()}`)).toMatchObject({ status: 200, person: { accountId: ann.accountId } })
  expect(await whoAmI(`Bearer ${await theirs({ sub: 'stranger' })}`)).toMatchObject({ code: 'unauthenticated' })
})

test("when the external issuer cannot be reached, the error is the server's and not the token's", async () => {
  const alone = await serve({ externalIssuer: { issuer, audience, jwksUrl: 'http://127.0.0.1:1/jwks.json' } })
  const response = await fetch(`${alone.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await theirs()}` },
    body: JSON.stringify({ query: '{ clinics { totalCount } }' }),
  })
  const { errors } = (await response.json()) as { errors: { extensions: object }[] }
  expect([response.status, errors[0]?.extensions]).toEqual([
    503,
    { code: 'internal_error', requestId: expect.any(String) },
  ])
  // A WebSocket has no status.
  const subscription = alone.subscribe(
    'subscription { clinicDay(clinicId: 1) { __typename } }',
    {},
    {
      authorization: `Bearer ${await theirs()}`,
    },
  )
  expect((await subscription.next())?.errors?.map((error) => error.extensions)).toEqual([
    { code: 'internal_error', requestId: expect.any(String) },
  ])
  await subscription.close()
  expect(alone.logged).toHaveLength(2)
  await alone.stop()
})

test('other claims of the token have no effect', async () => {
  const token = await ours({ role: 'app_admin', is_admin: true, staff_clinic_ids: [1], customer_id: '99' })
  expect((await whoAmI(`Bearer ${token}`)).person).toEqual({ accountId: ann.accountId, customer: { fullName: 'Ann' } })
})
