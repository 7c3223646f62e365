import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createValidator } from '../../../src/graphql/validation/validator.ts'
import { refusalsOf } from '../../../src/rest/openapi/openapi.ts'
import { ProblemError } from '../../../src/rest/problem.ts'
import { locates } from '../../../src/rest/route/locate.ts'
import { routes } from '../../../src/rest/routes/index.ts'
import { checkOf } from '../../../src/rest/validate.ts'
import { type RestServer, serveRest } from '../api.ts'

// The endpoints that the overview lists: none may be missing.

const list = await readFile(join(import.meta.dirname, 'overview_endpoints.md'), 'utf8')
const asked = [...list.matchAll(/^- `(GET|POST|PUT|PATCH|DELETE) (\S+)`/gm)].map(([, method = '', path = '']) => ({
  method,
  path,
}))
const schema = buildSchema(await readFile('schema.graphql', 'utf8'))
/** By form: the names of ids do not matter. */
const shape = (path: string) => path.replace(/\{\w+\}/g, '{}')

let server: RestServer
beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())

describe('the overview', () => {
  it('lists its endpoints in a form that this test can read', () => {
    // One endpoint for each line that begins as an endpoint does.
    expect(asked).toHaveLength(list.split('\n').filter((line) => line.startsWith('- `')).length)
    expect(asked.length).toBeGreaterThan(30)
  })

  it.each(asked)('$method $path is an endpoint, and answers', async ({ method, path }) => {
    expect(routes.filter((route) => route.method === method && shape(route.path) === shape(path))).toHaveLength(1)
    const document = JSON.parse(await readFile('openapi.json', 'utf8'))
    const documented = Object.keys(document.paths).find((known) => shape(known) === shape(path))
    expect(document.paths[documented ?? ''][method.toLowerCase()]).toBeDefined()

    const anybody = await server.as()
    const { status, body } = await anybody(method, path.replace(/\{\w+\}/g, '1'))
    expect(status).toBeLessThan(500)
    expect(['not_found', 'method_not_allowed']).not.toContain(body.code)
  })
})

describe('the table of routes', () => {
  // A start of the server checks a part of this.
  const { parseAndValidate } = createValidator(schema, false)
  it.each(routes)('$id: its document is valid, and within the limits of documents', ({ document }) => {
    expect(parseAndValidate(document).errors).toBeUndefined()
  })

  it.each(routes)('$id: the check of its requests compiles', (route) => {
    // Compiled by the first request. A violation of the schema by this request is a ProblemError; an error in the
    // schema itself is another error.
    try {
      checkOf(route, schema)(new URLSearchParams(), {})
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError)
    }
  })

  it.each(Object.entries(locates))('the look-up of a %s matches the database', async (_what, { statement }) => {
    await server.owner.query(`prepare look_up as ${statement}; deallocate look_up`)
  })

  it('the routes use every look-up, and no others', () => {
    const wanted = new Set(routes.flatMap(({ locate }) => locate?.what ?? []))
    expect(wanted).toEqual(new Set(Object.keys(locates)))
  })

  it('an endpoint with secrets has no look-up, because it has no transaction for it', () => {
    expect(routes.filter(({ secret, locate }) => secret && locate)).toEqual([])
  })

  it('names only registered refusals', async () => {
    const registered = (await server.owner.query<{ name: string }>('select name from app_hidden.error_codes')).map(
      ({ name }) => name,
    )
    const named = routes.flatMap((route) => refusalsOf(route))
    expect(new Set(named).difference(new Set(registered))).toEqual(new Set())
  })

  it('has each address and method once, and each name once', () => {
    const addresses = routes.map(({ method, path }) => `${method} ${shape(path)}`)
    expect(addresses).toEqual([...new Set(addresses)])
    const names = routes.map(({ id }) => id)
    expect(names).toEqual([...new Set(names)])
  })

  it('gives an id the same name wherever its address begins the same', () => {
    const byShape = Map.groupBy(
      routes.map(({ path }) => path),
      shape,
    )
    expect([...byShape.values()].filter((paths) => new Set(paths).size > 1)).toEqual([])
  })
})

describe('the reference of the API', () => {
  it('is served, and loads everything from this server', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${server.url}${path}`)
      return { status: response.status, text: await response.text() }
    }
    const document = await get('/api/openapi.json')
    expect(JSON.parse(document.text)).toEqual(JSON.parse(await readFile('openapi.json', 'utf8')))

    const page = await get('/api/docs')
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = '']) => part)
    expect(parts.length).toBeGreaterThan(2)
    for (const part of parts) {
      expect(part).toMatch(/^\/api\//)
      expect(await get(part)).toMatchObject({ status: 200 })
    }
    // No script and no style in the page itself, because a content security policy would refuse them.
    expect(page.text).not.toMatch(/<script>|<style|\son\w+=/)
  })

  it("has a section for every refusal, which the problem's type links to", async () => {
    const { body } = await (await server.as())('GET', '/bookings/1')
    const response = await fetch(new URL(body.type, server.url))
    expect(await response.text()).toContain(`id="${new URL(body.type, server.url).hash.slice(1)}"`)
  })
})
