import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { axeViolations, openFrontPage, pagesForTests } from '../../helpers/browser/browser.ts'

const pages = pagesForTests({ shared: true })

/** A GET, or a POST of JSON, with the response as it was sent, not decompressed. */
function send(
  path: string,
  headers: Record<string, string>,
  json?: unknown,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const method = json ? 'POST' : 'GET'
    const type = json ? { 'content-type': 'application/json' } : {}
    request(new URL(path, pages.url), { method, headers: { ...headers, ...type } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end(json && JSON.stringify(json))
  })
}

/**
 * The bytes that a browser loads before the front page shows: the HTML, its scripts and styles, and their static
 * imports.
 */
async function firstLoad(encoding: 'br' | 'gzip') {
  const decode = { br: brotliDecompressSync, gzip: gunzipSync }[encoding]
  const headers = { 'accept-encoding': encoding }
  const html = await send('/', headers)
  expect(html.headers['content-encoding']).toBe(encoding)
  const found = [
    ...decode(html.body)
      .toString()
      .matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g),
  ]
  const known = new Set(found.map(([, path]) => path as string))
  let bytes = html.body.length
  for (const path of known) {
    const file = await send(path, headers)
    // Files that fit into one packet are not compressed (scripts/web/precompress.ts).
    const isSmall = file.headers['content-encoding'] === undefined && file.body.length < 1000
    if (!isSmall) expect({ path, encoding: file.headers['content-encoding'] }).toEqual({ path, encoding })
    bytes += file.body.length
    const source = (isSmall ? file.body : decode(file.body)).toString()
    // `import(…)` is loaded later; `import … from "./x.js"` and `import "./x.js"` at once.
    for (const [, name] of source.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g))
      known.add(`/assets/${name}`)
  }
  expect(known.size).toBeGreaterThan(1)
  return bytes
}

test('the front page needs at most 90 kB of HTML, scripts and styles, compressed with brotli', async () => {
  expect(await firstLoad('br')).toBeLessThanOrEqual(90_000)
})

test('a browser without brotli gets everything compressed with gzip', async () => {
  expect(await firstLoad('gzip')).toBeLessThanOrEqual(105_000)
})

test('a client that accepts no compression gets the plain file', async () => {
  const { headers, body } = await send('/', { 'accept-encoding': 'identity' })
  expect(headers['content-encoding']).toBeUndefined()
  expect(body.toString()).toContain('<main class="page">')
})

test('long responses of the APIs are compressed', async () => {
  const query = '{ __schema { types { name fields { name } } } }'
  const graphql = await send('/graphql', { 'accept-encoding': 'gzip' }, { query })
  expect(graphql.headers['content-encoding']).toBe('gzip')
  expect(JSON.parse(gunzipSync(graphql.body).toString()).data.__schema.types.length).toBeGreaterThan(100)
  const rest = await send('/api/availability/search?limit=50', { 'accept-encoding': 'br' })
  expect(rest.headers['content-encoding']).toBe('br')
  expect(JSON.parse(brotliDecompressSync(rest.body).toString()).items).toHaveLength(50)
})

test.each([
  ['en-GB', 'en', 'Find a time with the right doctor'],
  ['de-AT', 'de', 'Der passende Termin bei der richtigen Ärztin'],
])('the HTML alone shows the heading in the language of the browser: %s', async (accepted, language, heading) => {
  const { headers, body } = await send('/', { 'accept-language': accepted })
  expect(headers.vary).toMatch(/Accept-Language/)
  expect(body.toString()).toContain(`<html lang="${language}">`)
  expect(body.toString()).toContain(`<h1>${heading}</h1>`)
})

test('the HTML of other pages does not contain the heading of the front page', async () => {
  const { body } = await send('/bookings', { 'accept-language': 'en' })
  expect(body.toString()).toContain('<main class="page">')
  expect(body.toString()).not.toContain('<h1>')
})

test('only pages and assets are served from the build', async () => {
  for (const path of [
    '/documents.json',
    '/built-from',
    '/pages/front.en.html',
    '/front.en.html',
    '/assets/..%2fdocuments.json',
  ]) {
    const response = await fetch(pages.url + path)
    expect({ path, served: response.ok }).toEqual({ path, served: false })
  }
  expect(await readFile(new URL('../../../dist/documents.json', import.meta.url), 'utf8')).toContain('query')
})

test.each(['en-GB', 'de-DE'])('a phone shows the first free times without scrolling: %s', async (locale) => {
  const page = await pages.visitor({ viewport: { width: 390, height: 844 }, locale })
  await openFrontPage(page, pages.url)
  const time = page.locator('a.time').first()
  const box = await time.boundingBox()
  expect((box?.y ?? 844) + (box?.height ?? 0)).toBeLessThanOrEqual(844)
  expect(await axeViolations(page)).toEqual([])
})
