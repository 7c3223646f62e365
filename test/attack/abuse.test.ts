import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { clientAddress } from '../../src/http/client_address.ts'
import { trustOf } from '../../src/process/trusted_proxies.ts'
import { aTarget, type Target } from './target.ts'

// Too many requests are refused with 429 and Retry-After, through every API.

let target: Target
beforeAll(async () => {
  target = await aTarget({ TRUST_PROXY: '1' })
  await target.owner.query('update app_private.network_limits set burst = 1, per_hour = 6')
})
afterAll(() => target?.stop())

// Each API tries another account, so that the limit per account is not reached.
const input = (email: string) => ({ email: `${email}@test.example`, password: 'not the password' })
const doors: Record<string, [path: string, body: object, headers?: Record<string, string>]> = {
  GraphQL: [
    '/graphql',
    {
      query: 'mutation ($input: SignInInput!) { signIn(input: $input) { clientMutationId } }',
      variables: { input: input('one') },
    },
  ],
  REST: ['/api/auth/token', input('two')],
  'the pages': ['/web/session/sign-in', { input: input('three') }, { 'x-medislot-web': '1' }],
}

it.each(Object.keys(doors))('limits sign-ins per network address through %s', async (door) => {
  const [path, body, headers] = doors[door] as (typeof doors)[string]
  // A separate address for each API. The proxy adds it as the last one; the client may have forged those before it.
  const address = `192.0.2.${Object.keys(doors).indexOf(door)}`
  const ask = (forwarded: string) =>
    fetch(target.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded, ...headers },
      body: JSON.stringify(body),
    })
  const first = await ask(address)
  expect([first.status, first.headers.get('retry-after')]).toEqual([expect.any(Number), null])
  const second = await ask(`198.51.100.7, ${address}`)
  expect([second.status, Number(second.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(50)
  expect(await second.text()).toContain('too_many_attempts')
  expect((await ask(`${address}, 203.0.113.${Object.keys(doors).indexOf(door)}`)).status).not.toBe(429)
})

it('a browser that has signed in before is not limited by attempts of others in its network', async () => {
  const account = { email: 'four@test.example', password: 'a fine long password' }
  const ask = (path: string, input: object, cookie = '') =>
    fetch(`${target.url}/web/session/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.50', 'x-medislot-web': '1', cookie },
      body: JSON.stringify({ input }),
    })
  const registered = await ask('register', { ...account, fullName: 'Four' })
  const cookie = registered.headers.getSetCookie().find((each) => each.startsWith('medislot-device=')) ?? ''
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Strict/)
  await ask('sign-in', { ...account, password: 'not the password' })
  expect((await ask('sign-in', account)).status).toBe(429)
  expect((await ask('sign-in', account, 'medislot-device=made-up')).status).toBe(429)
  expect(await (await ask('sign-in', account, cookie.split(';')[0])).json()).toMatchObject({
    data: { accessToken: expect.any(String) },
  })
})

it.each<[string | undefined, string, string, string]>([
  [undefined, '192.0.2.9', '203.0.113.1', '192.0.2.9'],
  [undefined, '::ffff:192.0.2.9', '', '192.0.2.9'],
  ['1', '10.0.0.1', '203.0.113.1, 203.0.113.2', '203.0.113.2'],
  ['2', '10.0.0.1', '203.0.113.1, 203.0.113.2', '203.0.113.1'],
  ['2', '10.0.0.1', '203.0.113.2', '203.0.113.2'],
  ['10.0.0.0/8, ::1', '10.0.0.1', '203.0.113.1, 203.0.113.2, 10.2.3.4', '203.0.113.2'],
  ['10.0.0.0/8', '192.0.2.9', '203.0.113.1', '192.0.2.9'],
  ['10.0.0.0/8', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8::1'],
  ['1', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['1', '10.0.0.1', '', '10.0.0.1'],
])('with TRUST_PROXY %s, from %s for "%s": %s', (setting, remoteAddress, forwarded, address) => {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }
  expect(clientAddress(request as never, trustOf(setting))).toBe(address)
})

it.each(['yes', '10.0.0.0/33', '-1', '10.0.0.0/8;'])('TRUST_PROXY=%s is refused', (setting) => {
  expect(() => trustOf(setting)).toThrow(/must be/)
})
