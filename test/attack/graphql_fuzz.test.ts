import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import type { Answer } from '../helpers/graphql.ts'
import { aRequest } from './documents.ts'
import { aTarget, attackers, keepAttacking, milliseconds, type Target } from './target.ts'
import { pick } from './values.ts'

// Documents made by the grammar of the schema, sound ones and every kind of other: each is answered, soon, with data or
// with refusals that the registry knows.

const schema = buildSchema(await readFile(join(import.meta.dirname, '../../schema.graphql'), 'utf8'))
let target: Target
let registered: Set<string>
beforeAll(async () => {
  target = await aTarget({ NODE_OPTIONS: '--max-old-space-size=320' })
  const rows = await target.owner.query<{ name: string }>('select name from app_hidden.error_codes')
  registered = new Set(rows.map(({ name }) => name))
}, 60_000)
afterAll(() => target?.stop())

const type = 'application/graphql-response+json'

it(
  'whatever is asked is answered with data, or with refusals that the registry knows',
  async () => {
    const before = await target.memory()
    const seen: Record<string, number> = {}
    await keepAttacking(async (g) => {
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
        signal: AbortSignal.timeout(10_000),
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
      // What took too long has no bounds.
      const ours = codes.includes('internal_error') || codes.includes('query_canceled')
      if (response.status < 500 && known && !ours) return
      throw new Error(`${body} was answered ${response.status}: ${text.slice(0, 1000)} ${target.faults()}`)
    })
    if (process.env.ATTACK_SECONDS) console.log(seen)
    expect(target.faults()).toEqual([])
    expect((await target.memory()) - before).toBeLessThan(600)
    // It gets through the grammar, and does not always.
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['data', 'graphql_validation_failed']))
  },
  milliseconds + 60_000,
)
