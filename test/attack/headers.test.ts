import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sessionCookie } from '../../src/server/page_session.ts'
import { aTarget, type Target } from './target.ts'

// The security headers of every kind of response.

let production: Target
let development: Target
beforeAll(async () => {
  production = await aTarget({ NODE_ENV: 'production' })
  development = await aTarget()
})
afterAll(() => Promise.all([production?.stop(), development?.stop()]))

const json = { 'content-type': 'application/json' }
const answers: Record<string, [path: string, status: number, request?: RequestInit]> = {
  'a page': ['/', 200],
  'a file that is not there': ['/assets/nothing.js', 404],
  nothing: ['/nothing', 404],
  'a probe': ['/healthz', 200],
  figures: ['/metrics', 200],
  'a resource': ['/api/clinics', 200],
  'a problem': ['/api/bookings/1', 401],
  'the reference': ['/api/docs', 200],
  'the document': ['/api/openapi.json', 200],
  'GraphQL’s data': ['/graphql', 200, { method: 'POST', headers: json, body: '{"query":"{ __typename }"}' }],
  'GraphQL’s refusal': ['/graphql', 400, { method: 'POST', headers: json, body: '{' }],
  'a refusal of the pages': ['/web/session/sign-in', 403, { method: 'POST', headers: json, body: '{}' }],
  'a body too large': ['/api/auth/token', 413, { method: 'POST', headers: json, body: 'x'.repeat(200_000) }],
}

describe.each(['production', 'development'] as const)('in %s', (mode) => {
  it.each(Object.entries(answers))('%s', async (_what, [path, status, request]) => {
    const response = await fetch((mode === 'production' ? production : development).url + path, request)
    const { headers } = response
    expect(response.status).toBe(status)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
    const policy = headers.get('content-security-policy') ?? ''
    if (mode === 'production' || path === '/') {
      expect(policy).toMatch(/frame-ancestors '(none|self)'/)
      expect(policy).toMatch(/script-src 'self'(;|$)/)
    }
    // The policy of pages is strict in both modes: nothing inline, and nothing from other origins.
    if (path === '/') expect(policy).not.toMatch(/unsafe|https?:|data:/)
  })
})

it.each(['production', 'development'] as const)(
  'in %s the cookie of the session is sent to this server only',
  async (mode) => {
    const { url } = mode === 'production' ? production : development
    const response = await fetch(`${url}/web/session/register`, {
      method: 'POST',
      headers: { ...json, 'x-medislot-web': '1' },
      body: JSON.stringify({ input: { email: 'ann@test.example', password: 'a fine long password', fullName: 'Ann' } }),
    })
    const parts = (response.headers.getSetCookie()[0] ?? '').split('; ')
    expect(parts).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict']))
    // Browsers require of this prefix: Secure, Path=/ and no Domain.
    const isProduction = mode === 'production'
    expect(parts[0]).toMatch(isProduction ? /^__Host-medislot-session=/ : /^medislot-session=/)
    expect(parts.includes('Secure')).toBe(isProduction)
    expect(parts).toContain(isProduction ? 'Path=/' : 'Path=/web/session')
    expect(parts.filter((part) => /^domain/i.test(part))).toEqual([])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).not.toContain('refreshToken')
  },
)

it('over https, a cookie that a sibling domain could have set is refused, and sign-out clears the real one', async () => {
  const headers = { ...json, 'x-medislot-web': '1' }
  const ask = (how: string, cookie: string, body: object = {}) =>
    fetch(`${production.url}/web/session/${how}`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: JSON.stringify(body),
    })
  const input = { email: 'eve@test.example', password: 'a fine long password', fullName: 'Eve' }
  const [given = ''] = (await ask('register', '', { input })).headers.getSetCookie()
  const own = given.split(';')[0] ?? ''
  expect(await (await ask('refresh', own.replace('__Host-', ''))).json()).toEqual({ data: null })
  expect(await (await ask('refresh', own)).json()).toMatchObject({ data: { accessToken: expect.any(String) } })
  const [cleared = ''] = (await ask('sign-out', own)).headers.getSetCookie()
  expect(cleared.split('; ')).toEqual(
    expect.arrayContaining(['__Host-medislot-session=', 'Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']),
  )
})

it.each([
  [{ production: true, publicUrl: undefined }, true],
  [{ production: true, publicUrl: 'https://book.clinic.example' }, true],
  [{ production: true, publicUrl: 'http://localhost:5678' }, false],
  [{ production: false, publicUrl: undefined }, false],
  [{ production: false, publicUrl: 'http://127.0.0.1:5678' }, false],
  [{ production: false, publicUrl: 'https://staging.clinic.example' }, true],
])('with %j the session’s cookie is one that needs https: %s', (settings, secure) => {
  const { name, path, secure: isSecure } = sessionCookie(settings)
  expect({ name, path, isSecure }).toEqual(
    secure
      ? { name: '__Host-medislot-session', path: '/', isSecure: true }
      : { name: 'medislot-session', path: '/web/session', isSecure: false },
  )
})
