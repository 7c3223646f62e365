import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { getNamedType, isLeafType, isNonNullType } from 'postgraphile/graphql'
import { routes } from '../../src/rest/routes/index.ts'
import { type Served, serve } from '../graphql/served.ts'
import { serverUrlOf } from '../helpers/cluster.ts'
import { fewAtOnce } from '../helpers/few_at_once.ts'
import { startServer } from '../helpers/program.ts'
import { tokenSettings } from '../helpers/tokens.ts'
import { anAccount, anEmployee, aPractice } from '../helpers/world.ts'
import { digestOf } from './everybody.ts'
import { bodyFor, exampleOf } from './example.ts'

// Over HTTP and WebSocket, every query, mutation, subscription and endpoint with every kind of token that is none: who
// presents one is told `unauthenticated`, and is never silently nobody. Nothing is changed.

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

const ask = async (asked: Asked, token: string) => {
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(asked),
  })
  const { data, errors } = (await response.json()) as {
    data?: Record<string, unknown> | null
    errors?: { extensions: { code: string } }[]
  }
  return { data: Object.values(data ?? {}).filter((value) => value !== null), code: errors?.[0]?.extensions.code }
}

/** A document for each query and mutation, with arguments of the right types. */
function documents(): Asked[] {
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

describe('a token that is none', () => {
  it('opens no query and no mutation', async () => {
    const before = await digestOf(served.owner)
    const opened: string[] = []
    for (const [kind, token] of Object.entries(tokens)) {
      await fewAtOnce(documents(), async (document) => {
        const { data, code } = await ask(document, token)
        if (code !== 'unauthenticated' || data.length > 0) opened.push(`${kind}: ${document.query}: ${code}`)
      })
    }
    expect(opened).toEqual([])
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

  it('opens no endpoint', async () => {
    const before = await digestOf(served.owner)
    const opened: string[] = []
    for (const [kind, token] of Object.entries(tokens)) {
      await fewAtOnce(routes, async (route) => {
        const given = bodyFor(route, served.graphql.schema)
        const body = given && JSON.stringify(given)
        const response = await fetch(`${rest.url}/api${route.path.replace(/\{\w+\}/g, '1')}`, {
          method: route.method,
          headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body }),
        })
        const { code } = (await response.json().catch(() => ({}))) as { code?: string }
        if (response.status !== 401 || code !== 'unauthenticated')
          opened.push(`${kind}: ${route.method} ${route.path} ${body}: ${response.status} ${code}`)
      })
    }
    expect(opened).toEqual([])
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
