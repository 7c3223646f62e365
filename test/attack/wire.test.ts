import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { aTarget, type Target } from './target.ts'
import { type Sender, send } from './wire.ts'

// Below the APIs: input that is not HTTP, too long, incomplete or ambiguous. Each is answered with a clean
// refusal or a closed connection, in time, and afterwards the server works as before.

let target: Target
beforeAll(async () => {
  target = await aTarget({ NODE_ENV: 'production', REQUEST_TIMEOUT_MS: '1500' })
})
afterAll(() => target?.stop())

afterEach(async () => {
  expect((await fetch(`${target.url}/healthz`)).status).toBe(200)
  expect(target.faults()).toEqual([])
})

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
const get = (path: string, ...headers: string[]) => lines(`GET ${path} HTTP/1.1`, 'Host: x', ...headers)
const post = (path: string, body: string, ...headers: string[]) =>
  lines(`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers) + body
const flood = (count: number, text = 'x') => Array.from({ length: count }, (_, i) => `X-${i}: ${text}`)
const query = JSON.stringify({ query: '{ clinics { totalCount } }' })
const length = (text: string) => `Content-Length: ${Buffer.byteLength(text)}`

/** Refused, or the connection closed without a response: nothing was accepted as a request. */
const refused = async (bytes: Sender) => {
  const { statuses, closed } = await send(target.port, bytes)
  if (statuses.length === 0 && closed) return
  expect(statuses[0]).toBeGreaterThanOrEqual(400)
  expect(statuses[0]).toBeLessThan(500)
}

describe('refuses input that is not a valid request', () => {
  it.each<[string, string | Buffer]>([
    ['noise', Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919) % 256))],
    ['a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another version', lines('GET / HTTP/9.9', 'Host: x')],
    ['another method', lines('STEAL / HTTP/1.1', 'Host: x')],
    ['no host', lines('GET /healthz HTTP/1.1')],
    ['a tunnel', lines('CONNECT db:5432 HTTP/1.1', 'Host: x')],
    ['a NUL in a header', get('/healthz', 'X-A: a\0b')],
    ['a header without a name', get('/healthz', ': x')],
    ['a header with a space in its name', get('/healthz', 'Content Length: 3')],
    ['a space before the colon', get('/healthz', 'Transfer-Encoding : chunked')],
    ['a line that goes on', get('/healthz', 'X-A: a', ' b\0')],
    ['control characters in the address', get('/\u0001\u007f\0')],
    ['an address of 20 kB', get(`/${'x'.repeat(20_000)}`)],
    ['a header of 20 kB', get('/healthz', `X-A: ${'x'.repeat(20_000)}`)],
    ['3000 headers', get('/healthz', ...flood(3000, 'xxxxxxxxxx'))],
    ['an unknown transfer encoding', post('/graphql', query, 'Transfer-Encoding: gzip, none')],
    [
      'a length together with chunks',
      post('/graphql', `0\r\n\r\n${get('/metrics')}`, 'Content-Length: 4', 'Transfer-Encoding: chunked'),
    ],
    ['two lengths', post('/graphql', query, 'Content-Length: 5', length(query))],
    ['a length below zero', post('/graphql', query, 'Content-Length: -1')],
    ['a length that is none', post('/graphql', query, 'Content-Length: 1e3')],
    ['a chunk whose length is none', post('/graphql', 'zz\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
    ['a chunk longer than it says', post('/graphql', '1\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
    ['two authorizations', get('/healthz', 'Authorization: Bearer a', 'authorization: Bearer b')],
    ['an authorization of 10 kB', get('/api/clinics', `Authorization: Bearer ${'x'.repeat(10_000)}`)],
    ['an expectation nobody meets', get('/nothing', 'Expect: wonders')],
    ['an unknown compression', post('/api/auth/token', query, length(query), 'Content-Encoding: zip')],
    ['a compression it is not', post('/api/auth/token', query, length(query), 'Content-Encoding: gzip')],
    [
      'another character set',
      lines(
        'POST /api/auth/token HTTP/1.1',
        'Host: x',
        'Content-Type: application/json; charset=utf-7',
        length(query),
      ) + query,
    ],
    [
      'text that is not UTF-8',
      Buffer.concat([
        Buffer.from(post('/api/auth/token', '', 'Content-Length: 11')),
        Buffer.from('{"a":"\xc3\x28\xff"}', 'latin1'),
      ]),
    ],
  ])('%s', (_what, bytes) => refused(bytes))
})

describe('serves no file for a path that leads outside the served folder', () => {
  it.each([
    '//',
    '///etc/passwd',
    '//evil.example/..',
    '/..',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%00',
    '/assets/%',
    '/assets/%E0%A4%A',
    '/assets/nothing.js',
    '/favicon.svg/../../package.json',
    '/%2e%2e/package.json',
    '/book/%E0%A4%A',
    '/book/..%2f..%2fpackage.json',
    '/api/docs/..%2fpackage.json',
    '/api/%00',
    '/api//clinics/1',
    '/api/clinics/%31%00',
    '/api/clinics?cursor=%',
    '/api/clinics?cursor=%C3%28',
    '/api/clinics?__proto__[x]=1',
    '/web/session/__proto__',
    '/web/session/constructor',
    'http://[/api/clinics',
    'http://x:99999/api/clinics/0',
    '*',
    'nothing',
  ])('%s', async (path) => {
    const { text } = await send(target.port, get(path))
    expect(text).toMatch(/^HTTP\/1\.1 (2|4)\d\d /)
    expect(text).not.toContain('"dependencies"')
  })

  it('in a request for an upgrade, without stopping the server', async () => {
    for (const path of ['//', 'http://[', '*', '/graphql/', '/x'])
      await refused(get(path, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'))
  })

  it('an absolute URL is accepted like its path, whatever host it names', async () => {
    const { statuses } = await send(target.port, get('http://evil.example/healthz'))
    expect(statuses).toEqual([200])
  })
})

it('requests in one packet are answered one by one, even after a refused one', async () => {
  const many = Array.from({ length: 50 }, (_, i) => get(i % 2 ? '/nothing' : '/healthz')).join('')
  const { statuses } = await send(target.port, many, 50)
  expect(statuses).toEqual(Array.from({ length: 50 }, (_, i) => (i % 2 ? 404 : 200)))
})

describe('refuses a body that is too large, and does not keep it in memory', () => {
  const big = 'x'.repeat(10_000_000)
  // A second server with the default timeout: on a busy machine so large a body may exceed the timeout of the first.
  let large: Target
  beforeAll(async () => {
    large = await aTarget({ NODE_ENV: 'production' })
  })
  afterAll(() => large?.stop())
  afterEach(() => expect(large.faults()).toEqual([]))

  it.each(['/graphql', '/api/auth/token', '/api/clinics', '/web/session/sign-in', '/nothing'])('%s', async (path) => {
    const before = await large.memory()
    for (let i = 0; i < 3; i++) {
      const response = await fetch(large.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-medislot-web': '1' },
        body: big,
      })
      expect(response.status).toBe(path === '/nothing' ? 404 : 413)
      expect(await response.text()).toMatch(path === '/nothing' ? /not_found/ : /body_too_large/)
    }
    expect((await large.memory()) - before).toBeLessThan(100)
  })
})

describe('ends a request that is not completed in time', () => {
  /** Sends a part repeatedly until the connection ends. */
  const drip = (first: string, part: string) => (socket: Socket) => {
    socket.write(first)
    const timer = setInterval(() => socket.write(part), 50)
    socket.once('close', () => clearInterval(timer))
  }
  it.each<[string, Sender]>([
    ['headers one by one', drip('GET /healthz HTTP/1.1\r\n', 'X-A: b\r\n')],
    ['an address letter by letter', drip('GET /', 'x')],
    ['a body letter by letter', drip(post('/graphql', '{', 'Content-Length: 5000'), ' ')],
    ['a body that stops', post('/api/auth/token', '{', 'Content-Length: 5000')],
    ['a body that never begins', post('/web/session/sign-in', '', 'Content-Length: 5000', 'X-Medislot-Web: 1')],
  ])('%s', async (_what, bytes) => {
    const { statuses, closed } = await send(target.port, bytes)
    expect(statuses.length > 0 ? statuses : closed).toEqual(statuses.length > 0 ? [408] : true)
  })

  it('endless chunks are refused when they exceed the limit, and the connection is closed in time', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const { statuses, closed } = await send(
      target.port,
      // Over the limit from the start: sent slowly, it might reach the timeout first on a machine that stalls.
      drip(post('/graphql', chunk.repeat(8), 'Transfer-Encoding: chunked'), chunk),
      9,
    )
    expect([statuses[0], closed]).toEqual([413, true])
  })
})

it('three hundred silent connections do not prevent others from being served', async () => {
  const silent = Promise.allSettled(
    Array.from({ length: 300 }, () => send(target.port, 'GET / HTTP/1.1\r\nHost: x\r\n')),
  )
  const { status } = await fetch(`${target.url}/api/clinics`)
  expect(status).toBe(200)
  for (const result of await silent) expect(result.status).toBe('fulfilled')
})
