import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { unique } from '../../helpers/clinic/world.ts'
import { type RestServer, serveRest } from '../../rest/api.ts'

// The sessions of the pages, with the requests that a browser sends.

let server: RestServer
beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())

interface Session {
  cookie: string
  accessToken: string
}

async function ask(how: string, { body = {}, headers = {} }: { body?: object; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${server.url}/web/session/${how}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-medislot-web': '1', ...headers },
    body: JSON.stringify(body),
  })
  const [cookie = ''] = response.headers.getSetCookie()
  return { status: response.status, cookie, body: JSON.parse(await response.text()) }
}

/** The part of a cookie that a browser sends back. */
const sent = (cookie: string) => cookie.split(';')[0] as string

async function registered(): Promise<Session> {
  const input = {
    email: `${unique('web').replace(' ', '-')}@test.example`,
    password: 'a fine long password',
    fullName: 'Ann',
  }
  const { cookie, body } = await ask('register', { body: { input } })
  return { cookie: sent(cookie), accessToken: body.data.accessToken }
}

async function isAlive({ accessToken }: Session): Promise<boolean> {
  const { status } = await fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  return status === 200
}

describe('signing out', () => {
  let ann: Session
  beforeEach(async () => {
    ann = await registered()
    expect(await isAlive(ann)).toBe(true)
  })

  it.each<[string, (session: Session) => Record<string, string>]>([
    [
      'by the cookie and the access token',
      ({ cookie, accessToken }) => ({ cookie, authorization: `Bearer ${accessToken}` }),
    ],
    ['by the cookie alone', ({ cookie }) => ({ cookie })],
    [
      'by the cookie, with an access token that is no longer valid',
      ({ cookie }) => ({ cookie, authorization: 'Bearer old' }),
    ],
    ['by the access token alone', ({ accessToken }) => ({ authorization: `Bearer ${accessToken}` })],
  ])('%s ends the session', async (_how, headers) => {
    const answer = await ask('sign-out', { headers: headers(ann) })
    expect(answer).toMatchObject({ status: 200, body: { data: null } })
    expect(answer.cookie).toMatch(/Expires=Thu, 01 Jan 1970/)
    expect(await isAlive(ann)).toBe(false)
    const { body } = await ask('refresh', { headers: { cookie: ann.cookie } })
    expect(body.errors[0].extensions.code).toBe('refresh_token_invalid')
  })

  it('without a session succeeds', async () => {
    expect(await ask('sign-out')).toMatchObject({ status: 200, body: { data: null } })
  })

  it('is reported as failed, and the cookie is kept, if the session cannot be ended', async () => {
    await server.owner.query('alter function app_public.sign_out(text) rename to sign_out_elsewhere')
    try {
      const failed = await ask('sign-out', { headers: { cookie: ann.cookie } })
      expect([failed.status, failed.cookie]).toEqual([503, ''])
      expect(failed.body.errors[0].extensions.code).toBe('internal_error')
      expect(await isAlive(ann)).toBe(true)
    } finally {
      await server.owner.query('alter function app_public.sign_out_elsewhere(text) rename to sign_out')
    }
  })
})

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'nothing'])(
  'there is no session request named %s',
  async (how) => {
    expect((await ask(how, { body: { input: {} } })).status).toBe(404)
  },
)
