import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { getNamedType, isLeafType, isNonNullType, parse } from 'postgraphile/graphql'
import { operationOf } from '../../src/graphql/root_fields.ts'
import { beginSession } from '../../src/graphql/unusable_tokens.ts'
import { routes } from '../../src/rest/routes/index.ts'
import { type Served, serve } from '../graphql/served.ts'
import { serverUrlOf } from '../helpers/cluster.ts'
import { fewAtOnce } from '../helpers/few_at_once.ts'
import { startServer } from '../helpers/program.ts'
import { tokenSettings } from '../helpers/tokens.ts'
import { anAccount, anEmployee, aPractice } from '../helpers/world.ts'
import { digestOf } from './everybody.ts'
import { bodyFor, exampleOf } from './example.ts'

// Over HTTP and WebSocket, every query, mutation, subscription and endpoint with every kind of token that is not usable is
// refused as `unauthenticated`, and nothing is changed. Only what begins a session does not look at the token, and what
// everybody may read is answered with an expired one.

let served: Served
let rest: Awaited<ReturnType<typeof startServer>>
let tokens: Record<string, string>
let good: string
let clinicId: string

beforeAll(async () => {
  served = await serve()
  const practice = await aPractice(served.owner)
  clinicId = practice.clinicId
  rest = await startServer(serverUrlOf(served.owner.client.database ?? ''), {
    JWT_SECRET: tokenSettings.jwtSecret,
    LOG_LEVEL: 'error',
  })

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
afterAll(async () => {
  await rest?.stop()
  await served?.stop()
})

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

const beginsSession = (document: string) => {
  const { kind, fields = [] } = operationOf(parse(document)) ?? {}
  return kind === 'mutation' && fields.every((field) => beginSession.includes(field))
}

/** A document for each query and mutation that depends on who calls, with arguments of the right types. */
const documents = () => allDocuments().filter(({ query }) => !beginsSession(query))

function allDocuments(): Asked[] {
  const { schema } = served.graphql
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

describe('a token that is not usable', () => {
  it('opens no query and no mutation, and expired what everybody may read', async () => {
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
    // The documents are right: with a good token none is refused for what it is.
    const wrong: unknown[] = []
    const others = documents().filter(({ query }) => !query.includes('signOut'))
    for (const document of others) {
      const { code } = await ask(document, good)
      if (['graphql_validation_failed', 'bad_request', 'unauthenticated'].includes(code ?? ''))
        wrong.push([document, code])
    }
    expect(wrong).toEqual([])
  })

  it('opens no endpoint, and expired what everybody may read', async () => {
    const publicly: string[] = []
    const dependent = routes.filter(({ document }) => !beginsSession(document))
    const before = await digestOf(served.owner)
    const opened: string[] = []
    for (const [kind, token] of Object.entries(tokens)) {
      await fewAtOnce(dependent, async (route) => {
        const given = bodyFor(route, served.graphql.schema)
        const body = given && JSON.stringify(given)
        const response = await fetch(`${rest.url}/api${route.path.replace(/\{\w+\}/g, '1')}`, {
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
      '/clinics/{clinicId}/timeslots',
      '/clinics/{id}',
      '/doctors/{doctorId}/availability',
      '/doctors/{doctorId}/bookingSlots',
      '/doctors/{id}',
      '/specializations',
    ])
    expect(await digestOf(served.owner)).toBe(before)
  })

  it('opens no subscription', async () => {
    const document = 'subscription ($id: BigInt!) { clinicDay(clinicId: $id) { events { id } } }'
    for (const [kind, token] of Object.entries(tokens)) {
      const subscription = served.subscribe(document, { id: clinicId }, { authorization: `Bearer ${token}` })
      const first = await subscription.next()
      await subscription.close()
      expect([kind, first?.data ?? null]).toEqual([kind, null])
    }
  })
})

describe('whoever brings a token that is not usable', () => {
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

  it('registers, signs in, refreshes and asks for a new password all the same, by GraphQL', async () => {
    for (const [index, token] of Object.values(tokens).entries()) {
      const email = `cleo-${index}@test.example`
      await given(register, { email }, token)
      const { refreshToken } = await given(signIn, { email }, token)
      expect((await given(refresh, { it: refreshToken }, token)).refreshToken).not.toBe(refreshToken)
      const query = `mutation { requestPasswordReset(input: { email: "${email}" }) { clientMutationId } }`
      expect((await ask({ query }, token)).code).toBeUndefined()
    }
  })

  it('does so by REST, and signs out by the refresh token', async () => {
    for (const [index, token] of Object.values(tokens).entries()) {
      const send = (path: string, body: object) =>
        fetch(`${rest.url}/api/auth/${path}`, {
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

  it('has it judged when something else is asked for in the same document', async () => {
    const fragment = `fragment F on Mutation {
      signIn(input: { email: "a@test.example", password: "x" }) { clientMutationId } }`
    const beside =
      'signOut(input: {}) { result } cancelBooking(input: { clinicId: 1, bookingId: 1 }) { clientMutationId }'
    expect((await ask({ query: `mutation { ...F } ${fragment}` }, tokens.expired)).code).toBe('wrong_credentials')
    expect((await ask({ query: `mutation { ...F ${beside} } ${fragment}` }, tokens.expired)).code).toBe(
      'unauthenticated',
    )
  })

  it('gets the public part of an answer with an expired one, is told so, and refused the rest as unauthenticated', async () => {
    const response = await post({ query: '{ clinics { totalCount } bookings { totalCount } }' }, tokens.expired)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([200, 'Bearer error="invalid_token"'])
    expect(await response.json()).toMatchObject({
      data: { clinics: { totalCount: 1 }, bookings: null },
      errors: [
        { message: 'The access token has expired.', path: ['bookings'], extensions: { code: 'unauthenticated' } },
      ],
      extensions: { accessToken: 'expired' },
    })
    const nothing = await post({ query: '{ bookings { totalCount } }' }, tokens.expired)
    expect([nothing.status, nothing.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    // With one that is usable nothing is said.
    const usable = await post({ query: '{ clinics { totalCount } }' }, good)
    expect(usable.headers.get('www-authenticate')).toBeNull()
    expect(await usable.json()).toEqual({ data: { clinics: { totalCount: 1 } } })
  })
})

it('a token outlives a membership by nothing: what its bearer might a moment ago is forbidden now', async () => {
  const leaving = await anEmployee(served.owner, clinicId, 'manager')
  const token = await served.tokenOf(leaving.claims)
  const invitations = { query: `{ openInvitations(clinicId: "${clinicId}") { totalCount } }` }
  const customers = { query: '{ clinicCustomers { totalCount } }' }
  expect(await ask(invitations, token)).toMatchObject({ code: undefined })
  await served.owner.query('update app_public.employees set is_active = false where id = $1', [leaving.employeeId])
  for (const document of [invitations, customers])
    expect(await ask(document, token)).toEqual({ data: [], code: 'insufficient_privilege' })
})
