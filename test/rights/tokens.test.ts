import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { getNamedType, isLeafType, isNonNullType, parse } from 'postgraphile/graphql'
import { operationOf } from '../../src/graphql/root_fields.ts'
import { independentOfCaller } from '../../src/graphql/unusable_tokens.ts'
import { routes } from '../../src/rest/routes/index.ts'
import { anAccount, anEmployee, aPractice } from '../helpers/clinic/world.ts'
import { subscription } from '../helpers/programs/subscription.ts'
import { tokenSettings } from '../helpers/programs/tokens.ts'
import { fewAtOnce } from '../helpers/time/few_at_once.ts'
import { type RestServer, serveRest } from '../rest/api.ts'
import { digestOf } from './everybody.ts'
import { bodyFor, committedSchema, exampleOf } from './example.ts'

// Over HTTP and WebSocket, every query, mutation, subscription and endpoint with every kind of unusable token is
// refused as `unauthenticated` and changes nothing. Only operations that begin a session or have a link ignore the token, and public
// data is returned with an expired one.

let served: RestServer
let tokens: Record<string, string>
let good: string
let clinicId: string
/** Rows that everybody may see, by the part of an address before their id. */
let rows: Record<string, string>

beforeAll(async () => {
  // A separate server, because the contents of its whole database are compared before and after.
  served = await serveRest({ own: true })
  const practice = await aPractice(served.owner)
  clinicId = practice.clinicId
  rows = { clinics: clinicId, doctors: practice.doctorId, bookingSlots: practice.slotId }

  const { sub, sid } = practice.manager.claims as { sub: string; sid: string }
  const signed = (
    payload: Record<string, unknown> = {},
    { secret = tokenSettings.jwtSecret, expires = '5m', alg = 'HS256' } = {},
  ) =>
    new SignJWT({ sub, sid, iss: 'medislot', aud: 'medislot', ...payload })
      .setProtectedHeader({ alg })
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret))
  const closed = await anAccount(served.owner)
  await served.owner.query('update app_private.accounts set is_active = false where id = $1', [closed.accountId])
  const signedOut = await anEmployee(served.owner, clinicId, 'manager')
  await served.owner.query('update app_private.sessions set revoked_at = now() where account_id = $1', [
    signedOut.accountId,
  ])
  const over = await anEmployee(served.owner, clinicId, 'manager')
  await served.owner.query('update app_private.sessions set expires_at = now() where account_id = $1', [over.accountId])
  good = await signed()
  const [head, body, signature = ''] = good.split('.')
  tokens = {
    expired: await signed({}, { expires: '-1s' }),
    'signed with another key': await signed({}, { secret: 'another key for tests: 0123456789 abcdefgh' }),
    'without a signature (alg: none)': new UnsecuredJWT({ sub, sid, iss: 'medislot', aud: 'medislot' })
      .setExpirationTime('5m')
      .encode(),
    'whose signature was cut off': `${head}.${body}.`,
    'whose claims were changed': `${head}.${Buffer.from(JSON.stringify({ sub: '1', sid })).toString('base64url')}.${signature}`,
    'of another algorithm': await signed({}, { alg: 'HS512' }),
    'of another issuer': await signed({ iss: 'https://elsewhere.example/' }),
    'for another audience': await signed({ aud: 'elsewhere' }),
    'without a session': await signed({ sid: undefined }),
    'of another’s session': await signed({ sub: closed.accountId }),
    'of a closed account': await served.tokenOf(closed.claims),
    'of somebody who signed out': await served.tokenOf(signedOut.claims),
    'of a session that is over': await served.tokenOf(over.claims),
    'that is none': 'x.y.z',
  }
})
afterAll(() => served?.stop())

interface Asked {
  query: string
  variables?: Record<string, unknown>
}

const post = (asked: Asked, token?: string) =>
  fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(asked),
  })

const ask = async (asked: Asked, token?: string) => {
  const response = await post(asked, token)
  const { data, errors } = (await response.json()) as {
    data?: Record<string, unknown> | null
    errors?: { extensions: { code: string } }[]
  }
  return { data: Object.values(data ?? {}).filter((value) => value !== null), code: errors?.[0]?.extensions.code }
}

const dependsOnNobody = (document: string) => {
  const { kind, fields = [] } = operationOf(parse(document)) ?? {}
  return kind === 'mutation' && fields.every((field) => independentOfCaller.includes(field))
}

/** A document for each query and mutation that depends on the caller, with arguments of the right types. */
let known: Asked[] | undefined
function documents(): Asked[] {
  known ??= allDocuments().filter(({ query }) => !dependsOnNobody(query))
  return known
}

function allDocuments(): Asked[] {
  const schema = committedSchema()
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() }
  return Object.entries(roots).flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => {
      const args = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
      const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')
      const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')
      const inner = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'
      return {
        query: `${kind} ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${inner} }`,
        variables: Object.fromEntries(args.map((arg) => [arg.name, exampleOf(arg.type)])),
      }
    }),
  )
}

/** A value for each parameter without which an endpoint refuses the request as malformed. */
const neededBy = ({ needs = [], query = {}, path }: (typeof routes)[number]) =>
  new URLSearchParams(
    Object.fromEntries(
      // With shards, prices are read by clinic.
      [...needs, ...(path === '/prices' && query.clinicId ? ['clinicId'] : [])].map((name) => {
        const { enum: values, format } = query[name] as { enum?: string[]; format?: string }
        const known: Record<string, string> = { region: 'DE', year: '2027' }
        return [name, values?.[0] ?? known[name] ?? (format === 'date' ? '2027-02-01' : '1')]
      }),
    ),
  )

describe('an unusable token', () => {
  it('is refused by every query and mutation, except that an expired one can read public data', async () => {
    const publicly: string[] = []
    const before = await digestOf(served.owner)
    const opened: string[] = []
    for (const [kind, token] of Object.entries(tokens)) {
      await fewAtOnce(documents(), async (document) => {
        const { data, code } = await ask(document, token)
        if (code === 'unauthenticated' && data.length === 0) return
        if (kind === 'expired' && JSON.stringify({ data, code }) === JSON.stringify(await ask(document)))
          publicly.push(/[{] (\w+)/.exec(document.query)?.[1] ?? '')
        else opened.push(`${kind}: ${document.query}: ${code}`)
      })
    }
    expect(opened).toEqual([])
    expect(publicly).toEqual(expect.arrayContaining(['availableSlots', 'clinics', 'doctors', 'specializations']))
    for (const field of ['currentPerson', 'bookings', 'customers', 'events']) expect(publicly).not.toContain(field)
    expect(await digestOf(served.owner)).toBe(before)
    // The documents are valid: with a good token none of them is refused as unauthenticated.
    const wrong: unknown[] = []
    const others = documents().filter(({ query }) => !query.includes('signOut'))
    for (const document of others) {
      const { code } = await ask(document, good)
      if (['graphql_validation_failed', 'bad_request', 'unauthenticated'].includes(code ?? ''))
        wrong.push([document, code])
    }
    expect(wrong).toEqual([])
  })

  it('is refused by every endpoint, except that an expired one can read public data', async () => {
    const publicly: string[] = []
    const dependent = routes.filter(({ document }) => !dependsOnNobody(document))
    const before = await digestOf(served.owner)
    const opened: string[] = []
    for (const [kind, token] of Object.entries(tokens)) {
      await fewAtOnce(dependent, async (route) => {
        const given = bodyFor(route, committedSchema())
        const body = given && JSON.stringify(given)
        const path = route.path.replace(/(\w+)\/\{\w+\}/g, (_, before) => `${before}/${rows[before] ?? 1}`)
        const response = await fetch(`${served.url}/api${path}?${neededBy(route)}`, {
          method: route.method,
          headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body }),
        })
        const { code } = (await response.json().catch(() => ({}))) as { code?: string }
        const isChallenged = response.headers.get('www-authenticate') === 'Bearer error="invalid_token"'
        if (kind === 'expired' && route.method === 'GET' && response.status === 200 && isChallenged)
          publicly.push(route.path)
        else if (response.status !== 401 || code !== 'unauthenticated' || !isChallenged)
          opened.push(`${kind}: ${route.method} ${route.path} ${body}: ${response.status} ${code}`)
      })
    }
    expect(opened).toEqual([])
    expect(publicly.sort()).toEqual([
      '/availability/days',
      '/availability/search',
      '/bookingSlots/{id}',
      '/bookingSlots/{id}/bookability',
      '/clinics',
      '/clinics/{clinicId}/availability',
      '/clinics/{clinicId}/doctors',
      '/clinics/{clinicId}/services',
      '/clinics/{clinicId}/timeslots',
      '/clinics/{id}',
      '/doctors/{doctorId}/availability',
      '/doctors/{doctorId}/bookingSlots',
      '/doctors/{id}',
      '/prices',
      '/specializations',
      '/timeZones/utcOffsets',
    ])
    expect(await digestOf(served.owner)).toBe(before)
  })

  it('is refused by every subscription', async () => {
    const document = 'subscription ($id: BigInt!) { clinicDay(clinicId: $id) { events { id } } }'
    for (const [kind, token] of Object.entries(tokens)) {
      const events = subscription(served.url, document, { id: clinicId }, { authorization: `Bearer ${token}` })
      const first = await events.next()
      await events.close()
      expect([kind, first?.data ?? null]).toEqual([kind, null])
    }
  })
})

describe('a caller with an unusable token', () => {
  const register = `mutation ($email: String!) {
    registerCustomer(input: { email: $email, password: "a fine long password", fullName: "Cleo" }) {
      authTokens { accessToken refreshToken } } }`
  const signIn = `mutation ($email: String!) {
    signIn(input: { email: $email, password: "a fine long password" }) { authTokens { accessToken refreshToken } } }`
  const refresh =
    'mutation ($it: String!) { refreshSession(input: { refreshToken: $it }) { authTokens { refreshToken } } }'
  interface Given {
    authTokens: { accessToken: string; refreshToken: string }
  }
  const given = async (query: string, variables: Record<string, unknown>, token: string | undefined) => {
    const { data, code } = await ask({ query, variables }, token)
    expect(code).toBeUndefined()
    return (data[0] as Given).authTokens
  }

  it('can still register, sign in, refresh and ask for a new password by GraphQL', async () => {
    for (const [index, token] of Object.values(tokens).entries()) {
      const email = `cleo-${index}@test.example`
      await given(register, { email }, token)
      const { refreshToken } = await given(signIn, { email }, token)
      expect((await given(refresh, { it: refreshToken }, token)).refreshToken).not.toBe(refreshToken)
      const query = `mutation { requestPasswordReset(input: { email: "${email}" }) { clientMutationId } }`
      expect((await ask({ query }, token)).code).toBeUndefined()
    }
  })

  it('can do so by REST, and sign out with the refresh token', async () => {
    for (const [index, token] of Object.values(tokens).entries()) {
      const send = (path: string, body: object) =>
        fetch(`${served.url}/api/auth/${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      const credentials = { email: `dora-${index}@test.example`, password: 'a fine long password' }
      expect((await send('register', { ...credentials, fullName: 'Dora' })).status).toBe(201)
      const signedIn = await send('token', credentials)
      expect(signedIn.status).toBe(200)
      const { refreshToken } = (await signedIn.json()) as { refreshToken: string }
      const refreshed = await send('refresh', { refreshToken })
      expect(refreshed.status).toBe(200)
      expect((await send('password-reset-request', { email: credentials.email })).status).toBe(204)
    }
    const { refreshToken } = await given(signIn, { email: 'dora-0@test.example' }, undefined)
    const query = 'mutation ($it: String!) { signOut(input: { refreshToken: $it }) { result } }'
    for (const token of [tokens.expired, tokens['signed with another key']])
      expect((await ask({ query, variables: { it: refreshToken } }, token)).code).toBeUndefined()
    expect((await ask({ query: refresh, variables: { it: refreshToken } })).code).toBe('refresh_token_invalid')
  })

  it('is refused when the same document contains anything else', async () => {
    const fragment = `fragment F on Mutation {
      signIn(input: { email: "a@test.example", password: "x" }) { clientMutationId } }`
    const beside =
      'signOut(input: {}) { result } cancelBooking(input: { clinicId: 1, bookingId: 1 }) { clientMutationId }'
    expect((await ask({ query: `mutation { ...F } ${fragment}` }, tokens.expired)).code).toBe('wrong_credentials')
    expect((await ask({ query: `mutation { ...F ${beside} } ${fragment}` }, tokens.expired)).code).toBe(
      'unauthenticated',
    )
  })

  it('gets the public part of a response with an expired one, with a notice; the rest is refused as unauthenticated', async () => {
    const response = await post({ query: '{ clinics { totalCount } bookings { totalCount } }' }, tokens.expired)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([200, 'Bearer error="invalid_token"'])
    expect(await response.json()).toMatchObject({
      data: { clinics: { totalCount: expect.any(Number) }, bookings: null },
      errors: [
        { message: 'The access token has expired.', path: ['bookings'], extensions: { code: 'unauthenticated' } },
      ],
      extensions: { accessToken: 'expired' },
    })
    const nothing = await post({ query: '{ bookings { totalCount } }' }, tokens.expired)
    expect([nothing.status, nothing.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    // With a usable token there is no notice.
    const usable = await post({ query: '{ clinics { totalCount } }' }, good)
    expect(usable.headers.get('www-authenticate')).toBeNull()
    expect(await usable.json()).toEqual({ data: { clinics: { totalCount: expect.any(Number) } } })
  })
})

it('a token does not outlive a membership: operations that were allowed before are forbidden afterwards', async () => {
  const leaving = await anEmployee(served.owner, clinicId, 'manager')
  const token = await served.tokenOf(leaving.claims)
  const invitations = { query: `{ openInvitations(clinicId: "${clinicId}") { totalCount } }` }
  const customers = { query: '{ clinicCustomers { totalCount } }' }
  expect(await ask(invitations, token)).toMatchObject({ code: undefined })
  await served.owner.query('update app_public.employees set is_active = false where id = $1', [leaving.employeeId])
  for (const document of [invitations, customers])
    expect(await ask(document, token)).toEqual({ data: [], code: 'insufficient_privilege' })
})
