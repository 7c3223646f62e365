import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { inTransaction } from '../helpers/database.ts'
import { bodyOf, sqlFiles } from './sources.ts'

/** A function of ours: what it refuses itself, and which others of ours it calls. */
interface Source {
  refuses: string[]
  calls: string[]
}

const bodies = [...sqlFiles().values()].map(bodyOf)
const sources = new Map<string, Source>()
for (const body of bodies) {
  const name = /^create or replace function (app_\w+\.\w+)\(/m.exec(body)?.[1]
  if (name) sources.set(name, { refuses: raisedIn(body), calls: callsIn(body).filter((call) => call !== name) })
}

let registered: Map<string, string>
beforeAll(async () => {
  const rows = await inTransaction((db) => db.query('select name, sqlstate from app_hidden.error_codes'))
  registered = new Map(rows.map(({ name, sqlstate }) => [name, sqlstate]))
})

describe('every refusal', () => {
  it('is raised by a name that is written out', () => {
    const calls = bodies.flatMap((body) =>
      [...body.matchAll(/app_hidden\.refuse\(\s*([^\s,]+)/g)].map(([, first]) => first),
    )
    // Of the function itself: its parameter.
    expect(calls.filter((first) => !/^'[a-z_]+'$/.test(first ?? ''))).toEqual(['name'])
  })

  it('is registered', () => {
    expect(bodies.flatMap(raisedIn).filter((name) => !registered.has(name))).toEqual([])
  })

  it('that is registered as our own is raised somewhere: in SQL, or in TypeScript; MS9 is the API itself', () => {
    const raised = new Set(bodies.flatMap(raisedIn))
    const typescript = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join('src', path), 'utf8'))
      .join('\n')
    const unused = [...registered]
      .filter(([name, sqlstate]) => /^MS[^9]/.test(sqlstate) && !raised.has(name))
      .filter(([name]) => !typescript.includes(`'${name}'`))
    expect(unused).toEqual([])
  })
})

describe("a function's comment", () => {
  it('names only refusals that are registered', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select oid::regproc::text as name, obj_description(oid, 'pg_proc') as comment from pg_proc
         where pronamespace::regnamespace::text like 'app\\_%'`,
      ),
    )
    const unknown = functions.flatMap(({ name, comment }) =>
      documentedIn(comment)
        .filter((refusal) => !registered.has(refusal))
        .map((refusal) => `${name}: ${refusal}`),
    )
    expect(unknown).toEqual([])
  })

  it('names every refusal that a caller of the API can meet', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select oid::regproc::text as name, obj_description(oid, 'pg_proc') as comment from pg_proc
         where pronamespace = 'app_public'::regnamespace`,
      ),
    )
    const untold = functions.flatMap(({ name, comment }) =>
      [...reachable(name)]
        .filter((refusal) => !new RegExp(`\\b${refusal}\\b`).test(comment))
        .filter((refusal) => !(unreachable[name] ?? []).concat(unreachable.any ?? []).includes(refusal))
        .map((refusal) => `${name}: ${refusal}`),
    )
    expect(untold).toEqual([])
  })
})

/** What a function's text could refuse and a call of it never does. */
const unreachable: Record<string, string[]> = {
  // Who is not signed in has no right to call what asks for it.
  any: ['unauthenticated'],
  // Judged when the invitation was made.
  'app_public.accept_invitation': ['invalid_email'],
  // A live booking can always be cancelled.
  'app_public.deactivate_clinic': ['illegal_transition'],
  'app_public.deactivate_doctor': ['illegal_transition'],
  'app_public.remove_customer': ['illegal_transition'],
  // It always cascades, whatever was changed meanwhile.
  'app_public.erase_customer': ['illegal_transition', 'still_in_use', 'stale_row_version'],
  'app_public.withdraw_day': ['illegal_transition'],
  // It names no time zone to prefer.
  'app_public.days_with_free_slots': ['unknown_time_zone'],
  // It asks for dates that are in order.
  'app_public.apply_templates': ['invalid_argument'],
  // It passes no key on.
  'app_public.set_slot_customer': ['idempotency_key_reused'],
  // Who was checked in has come.
  'app_public.complete_booking': ['not_yet'],
}

function raisedIn(body: string): string[] {
  return [...body.matchAll(/(?:app_hidden\.refuse\(\s*|\brefusal := )'(\w+)'/g)].map(([, name]) => name as string)
}

function callsIn(body: string): string[] {
  return [...body.matchAll(/(app_\w+\.\w+)\(/g)].map(([, name]) => name as string)
}

/** What follows "Refuses", in the words that look like names. */
function documentedIn(comment: string): string[] {
  const [, ...told] = comment.split(/\b[Rr]efuses\b/)
  const sentences = told.map((text) => text.split(/\.(?:\s|$)/)[0] ?? '')
  return sentences.flatMap((text) => text.match(/(?<![`.\w])[a-z]+(?:_[a-z]+)+(?![.\w])/g) ?? [])
}

function reachable(name: string, above: string[] = []): Set<string> {
  const source = sources.get(name)
  if (!source || above.includes(name)) return new Set()
  return new Set([...source.refuses, ...source.calls.flatMap((call) => [...reachable(call, [...above, name])])])
}
