import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aTarget, type Target } from './target.ts'

// What every kind of answer says to a browser about itself.

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
    // Pages are strict everywhere: nothing inline, nothing from elsewhere.
    if (path === '/') expect(policy).not.toMatch(/unsafe|https?:|data:/)
  })
})

it.each(['production', 'development'] as const)('in %s the session’s cookie is for this server alone', async (mode) => {
  const { url } = mode === 'production' ? production : development
  const response = await fetch(`${url}/web/session/register`, {
    method: 'POST',
    headers: { ...json, 'x-medislot-web': '1' },
    body: JSON.stringify({ input: { email: 'ann@test.example', password: 'a fine long password', fullName: 'Ann' } }),
  })
  const parts = (response.headers.getSetCookie()[0] ?? '').split('; ')
  expect(parts).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/web/session']))
  expect(parts.includes('Secure')).toBe(mode === 'production')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).not.toContain('refreshToken')
})
