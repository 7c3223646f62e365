import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { inTransaction } from '../helpers/database.ts'
import {
  includesOf,
  lastIncludedCopies,
  malformedIncludesOf,
  migrations,
  sqlFiles,
  withoutComments,
} from './sources.ts'

const files = sqlFiles()
const { committed, current } = migrations()

describe('sql/', () => {
  it('is what the database has: each file equals its last committed copy, or the migration being written includes it', () => {
    const copies = lastIncludedCopies(committed)
    const pending = new Set(includesOf(current))
    const different = [...files].filter(
      ([path, text]) => !pending.has(path) && copies.get(path)?.trim() !== text.trim(),
    )
    expect(different.map(([path]) => path)).toEqual([])
  })

  it('has every function of the database, in the file of its name', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select distinct proname as name from pg_proc where pronamespace::regnamespace::text like 'app\\_%' order by 1`,
      ),
    )
    const declared = [...files.values()].flatMap(declaredFunctions)
    expect(functions.map(({ name }) => name)).toEqual([...new Set(declared.map(({ name }) => name))].sort())
  })

  it.each([...files])('%s declares one thing, says what it is and takes it from PUBLIC', (path, text) => {
    const statements = withoutComments(text)
    const name = basename(path, '.sql')
    if (data.includes(path)) {
      // Written again by every migration that includes it.
      expect(statements).toMatch(/^\s*insert into app_\w+\.\w+ \([\s\S]*\son conflict \([^)]+\) do update[\s\S]*;\s*$/)
      return
    }
    const [, schema, view] =
      /^\s*create or replace view (app_\w+)\.(\w+) with \(security_invoker = true\) as\b/.exec(statements) ?? []
    if (view) {
      expect(view).toBe(name)
      expect(statements).toMatch(new RegExp(`^comment on view ${schema}\\.${name} is`, 'm'))
      return
    }
    const functions = declaredFunctions(text)
    expect(functions.map((each) => each.name)).toEqual(path in several ? several[path] : [name])
    for (const { schema, name } of functions) {
      expect(statements).toMatch(new RegExp(`^comment on function ${schema}\\.${name}\\(`, 'm'))
      expect(statements).toMatch(
        new RegExp(`^revoke all on function\\s[^;]*${schema}\\.${name}\\([^;]* from public;`, 'm'),
      )
    }
    // State belongs to migrations.
    expect(statements).not.toMatch(/^\s*(create (?!or replace function)|alter|drop|truncate)\b/im)
  })
})

describe('migrations/current.sql', () => {
  it('has no include that would be skipped without a word', () => {
    expect(malformedIncludesOf(current)).toEqual([])
  })

  it('includes files that are there', () => {
    expect(includesOf(current).filter((path) => !existsSync(join('sql', path)))).toEqual([])
  })
})

describe('the guard against malformed includes', () => {
  it.each([
    '--! include booking/book_slot.sql',
    '--!include booking/book_slot.sql',
    '--! include booking/book_slot.sql  ',
  ])('takes %p for an include', (line) => {
    expect(includesOf(line)).toEqual(['booking/book_slot.sql'])
    expect(malformedIncludesOf(line)).toEqual([])
  })

  it.each([
    '  --! include booking/book_slot.sql',
    '-- --! include booking/book_slot.sql',
    '--! include booking/book_slot.sql -- again',
    '--! include booking/book_slot.sql;',
    '--! Include booking/book_slot.sql',
    '-- ! include booking/book_slot.sql',
    '--include booking/book_slot.sql',
    'select 1; --! include booking/book_slot.sql',
  ])('takes %p for a mistake', (line) => {
    expect(includesOf(line)).toEqual([])
    expect(malformedIncludesOf(`select 1;\n${line}\nselect 2;`)).toEqual([line])
  })

  it('leaves other comments alone', () => {
    expect(malformedIncludesOf('-- What booking_slots include is told in docs/sql.md.\n--! Message: booking')).toEqual(
      [],
    )
  })
})

/** Files that hold rows, not functions. */
const data = [
  'booking/state_transitions.sql',
  'clinic/phone_plans.sql',
  'clinic/time_zone_countries.sql',
  'core/error_codes.sql',
  'notification/default_texts.sql',
  'notification/special_networks.sql',
]

/** Files that hold several functions, because they are one thing. */
const several: Record<string, string[]> = {
  'core/current_claims.sql': [
    'current_account_id',
    'current_session_id',
    'current_customer_id',
    'staff_clinic_ids',
    'desk_clinic_ids',
    'manager_clinic_ids',
    'own_doctor_ids',
  ],
}

function declaredFunctions(text: string): { schema: string; name: string }[] {
  return [...text.matchAll(/^create or replace function (app_\w+)\.(\w+)\(/gm)].map(([, schema, name]) => ({
    schema: schema as string,
    name: name as string,
  }))
}
