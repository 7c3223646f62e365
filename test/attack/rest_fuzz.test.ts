import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { calendarKeys } from '../helpers/external/external_calendars.ts'
import { storeEnv, unreachableStore } from '../helpers/external/s3.ts'
import { aTarget, attackers, attackTimeout, keepAttacking, type Target } from './target.ts'
import { anything, badInteger, badText, badTime, pick, rarely } from './values.ts'

// Requests generated from the OpenAPI document, some valid, most with small or large deviations. Each is answered
// with a registered problem or with the documented response.

interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}
interface Operation {
  operationId: string
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

const document = JSON.parse(await readFile(join(import.meta.dirname, '../../openapi.json'), 'utf8'))
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    // Without sign-out, after which the attack would end.
    Object.entries(methods).flatMap(([method, operation]) =>
      ['signOut', 'eraseCustomer'].includes(operation.operationId)
        ? []
        : [{ path, method: method.toUpperCase(), operation }],
    ),
)

let target: Target
let registered: Set<string>
beforeAll(async () => {
  // With what depends on settings: without them it is refused as unavailable.
  const settings = { IDENTITY_KEYS: calendarKeys, CALENDAR_KEYS: calendarKeys, ...storeEnv(unreachableStore) }
  target = await aTarget(settings)
  const rows = await target.owner.query<{ name: string }>('select name from app_hidden.error_codes')
  registered = new Set(rows.map(({ name }) => name))
})
afterAll(() => target?.stop())

/** A value that usually matches a schema. */
function valueFor(g: fc.GeneratorValue, schema: Schema, depth = 0): unknown {
  if (schema.$ref) return valueFor(g, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''], depth)
  if (g(rarely, 8)) return g(() => anything)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return valueFor(g, pick(g, choices), depth)
  if (schema.enum) return pick(g, schema.enum)
  const type = Array.isArray(schema.type) ? pick(g, schema.type) : schema.type
  switch (type) {
    case 'null':
      return null
    case 'boolean':
      return g(fc.boolean)
    case 'integer':
      return g(fc.integer)
    case 'number':
      return g(fc.double)
    case 'array':
      return Array.from({ length: g(fc.nat, 3) }, () => valueFor(g, schema.items ?? {}, depth + 1))
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).filter(
        ([name]) => schema.required?.includes(name) || g(fc.boolean),
      )
      const made = Object.fromEntries(fields.map(([name, field]) => [name, valueFor(g, field, depth + 1)]))
      return g(rarely, 20) ? { ...made, [g(() => badText)]: 1 } : made
    }
    default:
      return textOf(g, schema)
  }
}

function textOf(g: fc.GeneratorValue, { pattern, format }: Schema): string {
  if (pattern && g(fc.boolean)) return pick(g, target.ids)
  if (pattern) return g(() => badInteger)
  if (format === 'date' || format === 'date-time' || format === 'time') {
    if (g(fc.boolean)) return g(() => badTime)
    const iso = g(fc.date, { noInvalidDate: true }).toISOString()
    return format === 'date' ? (iso.split('T')[0] ?? '') : format === 'time' ? (iso.split('T')[1] ?? '') : iso
  }
  return g(fc.boolean) ? g(() => badText) : g(fc.string, { unit: 'grapheme', maxLength: 60 })
}

function requestOf(g: fc.GeneratorValue) {
  const { path, method, operation } = pick(g, operations)
  const parameters = operation.parameters ?? []
  const search = new URLSearchParams()
  for (const { name, schema } of parameters.filter((parameter) => parameter.in === 'query')) {
    if (g(fc.boolean)) search.append(name, String(valueFor(g, schema)))
    if (g(rarely, 30))
      search.append(
        name,
        g(() => badText),
      )
  }
  const address = path.replace(/\{\w+\}/g, () =>
    encodeURIComponent(
      g(rarely, 4)
        ? g(() => badText)
            .toWellFormed()
            .slice(0, 500)
        : pick(g, target.ids),
    ),
  )
  const headers: Record<string, string> = {}
  const token = target.tokens[pick(g, attackers)]
  if (token) headers.authorization = `Bearer ${token}`
  if (g(rarely, 4)) headers['idempotency-key'] = pick(g, ['', 'key', 'x'.repeat(201), 'ÿ', '"'])
  if (g(rarely, 4)) headers['if-match'] = pick(g, ['"1"', '*', '"1","2"', 'W/"1"', '"99999999999"', ''])
  const content = operation.requestBody?.content['application/json']
  const body = content && JSON.stringify(valueFor(g, content.schema))
  if (body !== undefined) headers['content-type'] = 'application/json'
  return { url: `/api${address}?${search}`, method, headers, ...(body !== undefined && { body }) }
}

it(
  'answers random requests with the documented response or with a registered refusal',
  async () => {
    const before = await target.memory()
    const seen: Record<string, number> = {}
    await keepAttacking(500, async (g) => {
      const { url, ...request } = requestOf(g)
      const response = await fetch(target.url + url, { ...request, signal: AbortSignal.timeout(30_000) }).catch(
        (cause) => {
          throw new Error(`no answer to ${request.method} ${url} ${request.body}`, { cause })
        },
      )
      const text = await response.text()
      const isProblem = response.headers.get('content-type') === 'application/problem+json'
      const code = isProblem ? JSON.parse(text).code : String(response.status)
      seen[code] = (seen[code] ?? 0) + 1
      if (code === 'unauthenticated') await target.restore()
      // Node refuses a header or an address that is too long before our code sees it.
      if (response.ok || response.status === 431 || (response.status < 500 && registered.has(code))) return
      throw new Error(
        `${request.method} ${url} ${request.body} was answered ${response.status}: ${text} ${target.faults()}`,
      )
    })
    if (process.env.ATTACK_SECONDS) console.log(seen)
    expect(target.faults()).toEqual([])
    expect((await target.memory()) - before).toBeLessThan(200)
    // Some requests succeed, and some do not.
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['200', 'bad_request']))
  },
  attackTimeout,
)
