import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Answer } from '../helpers/programs/graphql.ts'
import { anIntrospection, aRequest } from './documents.ts'
import { aTarget, attackers, attackTimeout, keepAttacking, type Target } from './target.ts'
import { pick } from './values.ts'

// Documents generated from the schema, valid ones and invalid ones of every kind. Each is answered in time with data or
// with registered refusals.

const schema = buildSchema(await readFile(join(import.meta.dirname, '../../schema.graphql'), 'utf8'))
let target: Target
/** A server without introspection. */
let closed: Target
let registered: Set<string>
beforeAll(async () => {
  target = await aTarget({ NODE_OPTIONS: '--max-old-space-size=320' })
  closed = await aTarget({ GRAPHQL_INTROSPECTION: 'off' })
  const rows = await target.owner.query<{ name: string }>('select name from app_hidden.error_codes')
  registered = new Set(rows.map(({ name }) => name))
})
afterAll(() => Promise.all([target?.stop(), closed?.stop()]))

const type = 'application/graphql-response+json'

it(
  'answers random documents with data or with registered refusals',
  async () => {
    const before = await target.memory()
    const seen: Record<string, number> = {}
    await keepAttacking(150, async (g) => {
      const token = target.tokens[pick(g, attackers)]
      const body = JSON.stringify(aRequest(g, schema, target.ids))
      const response = await fetch(`${target.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: type,
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body,
        signal: AbortSignal.timeout(30_000),
      }).catch((cause) => {
        throw new Error(`no answer to ${body.slice(0, 5000)} (${body.length} bytes)`, { cause })
      })
      const text = await response.text()
      const { data, errors = [] } = JSON.parse(text) as Answer
      const codes = data ? ['data'] : []
      codes.push(...errors.map(({ extensions }) => extensions?.code ?? 'none'))
      for (const code of new Set(codes)) seen[code] = (seen[code] ?? 0) + 1
      if (codes.includes('unauthenticated')) await target.restore()
      const known = codes.length > 0 && codes.every((code) => code === 'data' || registered.has(code))
      // A request that takes too long shows a missing limit.
      const ours = codes.includes('internal_error') || codes.includes('query_canceled')
      if (response.status < 500 && known && !ours) return
      throw new Error(`${body} was answered ${response.status}: ${text.slice(0, 1000)} ${target.faults()}`)
    })
    if (process.env.ATTACK_SECONDS) console.log(seen)
    expect(target.faults()).toEqual([])
    expect((await target.memory()) - before).toBeLessThan(600)
    // Some documents pass validation, and some do not.
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['data', 'graphql_validation_failed']))
  },
  attackTimeout,
)

it(
  'without introspection no form of introspection query reveals the schema, by any transport',
  async () => {
    const address = `${closed.url}/graphql`
    const client = createClient({ url: address.replace('http', 'ws'), webSocketImpl: WebSocket })
    const byHttp = async (url: string, init: RequestInit) => {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) })
      return { status: response.status, ...((await response.json()) as Answer) }
    }
    const ways = {
      post: (query: string, headers: Record<string, string>) =>
        byHttp(address, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query }),
        }),
      get: (query: string, headers: Record<string, string>) =>
        byHttp(`${address}?query=${encodeURIComponent(query)}`, { headers }),
      webSocket: (query: string) =>
        new Promise((next) => {
          client.subscribe({ query }, { next, error: (errors) => next({ errors }), complete() {} })
        }),
    }
    await keepAttacking(150, async (g) => {
      const token = closed.tokens[pick(g, attackers)]
      const way = pick(g, ['post', 'get', 'webSocket'] as const)
      const query = anIntrospection(g)
      const answer = await ways[way](query, { accept: type, ...(token && { authorization: `Bearer ${token}` }) })
      const { status, data, errors = [] } = { status: 400, ...(answer as Answer) }
      const codes = errors.map(({ extensions }) => extensions?.code ?? 'none')
      const refused = codes.includes('introspection_disabled')
      const known = codes.every((code) => registered.has(code))
      const text = JSON.stringify(answer)
      if (status >= 400 && status < 500 && !data && refused && known && text.length < 50_000) return
      throw new Error(`${way} ${query} was answered ${text.slice(0, 1000)} ${closed.faults()}`)
    })
    await client.dispose()
    expect(closed.faults()).toEqual([])
  },
  attackTimeout,
)
