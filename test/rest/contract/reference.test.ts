import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { send } from '../../attack/wire.ts'
import { type RestServer, serveRest } from '../api.ts'

let server: RestServer
beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())

const documents = [
  ['/api/openapi.json', 'application/json; charset=utf-8'],
  ['/api/docs', 'text/html; charset=utf-8'],
  ['/api/docs/start.js', 'text/javascript; charset=utf-8'],
  ['/api/docs/swagger-ui.css', 'text/css; charset=utf-8'],
  ['/api/docs/swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['/api/docs/swagger-ui-bundle.js.LICENSE.txt', 'text/plain; charset=utf-8'],
  ['/api/errors', 'text/html; charset=utf-8'],
]

describe.each(documents)('%s', (path, type) => {
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(server.url + path, { method, headers: { 'accept-encoding': 'identity', ...headers } })
  /** fetch() would undo the compression. */
  const raw = async (...headers: string[]) => {
    const lines = [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers]
    const { text } = await send(Number(new URL(server.url).port), `${lines.join('\r\n')}\r\n\r\n`, 2)
    const [head = '', ...body] = text.split('\r\n\r\n')
    return { head, body: Buffer.from(body.join('\r\n\r\n'), 'latin1') }
  }

  it('is the same text, compressed for clients that accept it', async () => {
    const plain = Buffer.from(await (await get()).arrayBuffer())
    const zipped = await raw('Accept-Encoding: gzip, br')
    expect(zipped.head).toMatch(/^content-encoding: gzip$/im)
    expect(gunzipSync(zipped.body).equals(plain)).toBe(true)
    const refused = await raw('Accept-Encoding: gzip;q=0')
    expect(refused.head).not.toMatch(/^content-encoding/im)
    expect(refused.body.equals(plain)).toBe(true)
    expect(refused.head).toMatch(/^vary: accept-encoding$/im)
  })

  it('is not sent again to clients that have it', async () => {
    const first = await get()
    expect(first.headers.get('content-type')).toBe(type)
    const tag = first.headers.get('etag') ?? ''
    for (const known of [tag, tag.slice(2), `"x", ${tag}`, '*']) {
      const response = await get({ 'if-none-match': known })
      expect([known, response.status, await response.text()]).toEqual([known, 304, ''])
      expect(response.headers.get('etag')).toBe(tag)
    }
    expect((await get({ 'if-none-match': 'W/"x"' })).status).toBe(200)
    const head = await get({}, 'HEAD')
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', tag])
    expect(head.headers.get('content-length')).toBe(String((await first.arrayBuffer()).byteLength))
  })

  it('answers other methods with the supported ones', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await get({}, method)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
      expect(await response.json()).toMatchObject({ status: 405, code: 'method_not_allowed' })
    }
    const options = await get({}, 'OPTIONS')
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })
})
