import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'
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

describe('sql/contents.sql', () => {
  it('lists every file once', () => {
    const listed = includesOf(files.get('contents.sql') ?? '')
    expect(listed.toSorted()).toEqual([...files.keys()].filter((path) => path !== 'contents.sql').sort())
  })
})

describe('sql/', () => {
  it('matches the migrations: each file equals its last committed copy, or current.sql includes it', () => {
    const copies = lastIncludedCopies(committed)
    const pending = new Set(includesOf(current))
    const different = [...files].filter(
      ([path, text]) => path !== 'contents.sql' && !pending.has(path) && copies.get(path)?.trim() !== text.trim(),
    )
    expect(different.map(([path]) => path)).toEqual([])
  })

  it('has every function of the database in a file with its name', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select distinct proname as name from pg_proc where pronamespace::regnamespace::text ~ '^(app_|billing)' order by 1`,
      ),
    )
    const declared = [...files.values()].flatMap(declaredFunctions)
    expect(functions.map(({ name }) => name)).toEqual([...new Set(declared.map(({ name }) => name))].sort())
  })

  it('has lines of at most 120 characters', () => {
    const long = [...files].flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => ([...line].length > 120 ? [{ path, number: index + 1, line }] : [])),
    )
    // A tag of PostGraphile stands on one line, and the plans of phone numbers are generated.
    const allowed = (path: string, line: string) => /@foreignKey/.test(line) || path === 'clinic/data/phone_plans.sql'
    expect(long.filter(({ path, line }) => !allowed(path, line))).toEqual([])
  })

  it('has at most fifteen entries per folder', () => {
    const entries = new Map<string, Set<string>>()
    for (const path of files.keys()) {
      const parts = path.split('/')
      parts.forEach((part, depth) => {
        const folder = ['sql', ...parts.slice(0, depth)].join('/')
        entries.set(folder, (entries.get(folder) ?? new Set()).add(part))
      })
    }
    expect([...entries].filter(([, { size }]) => size > 15).map(([folder]) => folder)).toEqual([])
  })

  it.each([...files].filter(([path]) => path.includes('/tables/')))(
    '%s declares the table with its name',
    (path, text) => {
      const statements = withoutComments(text)
      const [, table] =
        /^create (?:unlogged )?table ((?:app_\w+|billing|billing_private)\.\w+) \($/m.exec(statements) ?? []
      expect(table?.split('.')[1]).toBe(basename(path, '.sql'))
      // Every other statement concerns this table.
      const subjects = statements.matchAll(
        /^(?:alter table|create (?:unique )?index \w+ on|create policy \w+ on) ((?:app_\w+|billing|billing_private)\.\w+)/gm,
      )
      expect([...new Set([...subjects].map(([, subject]) => subject))]).toEqual([table])
    },
  )

  it.each([...files].filter(([path]) => !holdsState(path)))(
    '%s declares one object and comments on it',
    (path, text) => {
      const statements = withoutComments(text)
      const name = basename(path, '.sql')
      if (data.includes(path)) {
        // Every migration that includes the file runs it again.
        expect(statements).toMatch(
          /^\s*insert into (?:app_\w+|billing)\.\w+ \([\s\S]*\son conflict \([^)]+\) do update[\s\S]*;\s*$/,
        )
        return
      }
      const [, schema, view] =
        /^\s*create or replace view (app_\w+|billing|billing_private)\.(\w+) with \(security_invoker = true\) as\b/.exec(
          statements,
        ) ?? []
      if (view) {
        expect(view).toBe(name)
        expect(statements).toMatch(new RegExp(`^comment on view ${schema}\\.${name} is`, 'm'))
        return
      }
      const functions = declaredFunctions(text)
      expect(functions.map((each) => each.name)).toEqual(path in several ? several[path] : [name])
      for (const { schema, name } of functions) {
        // The signature is written once: comments and grants name the function alone.
        expect(statements).toMatch(
          new RegExp(`^comment on function ${schema}\\.${name} is$|^comment on function ${schema}\\.${name} is '`, 'm'),
        )
      }
      // Tables, types and similar objects have separate files. Only roles that its file names can call a function.
      expect(statements).not.toMatch(/^\s*(create (?!or replace function)|alter|drop|truncate|revoke)\b/im)
      expect(statements).not.toMatch(/\bto public\b/i)
    },
  )
})

describe('migrations/current.sql', () => {
  it('has no include that would be silently ignored', () => {
    expect(malformedIncludesOf(current)).toEqual([])
  })

  it('includes only files that exist', () => {
    expect(includesOf(current).filter((path) => !existsSync(join('sql', path)))).toEqual([])
  })
})

describe('the guard against malformed includes', () => {
  it.each([
    '--! include booking/api/book_slot.sql',
    '--!include booking/api/book_slot.sql',
    '--! include booking/api/book_slot.sql  ',
  ])('takes %p for an include', (line) => {
    expect(includesOf(line)).toEqual(['booking/api/book_slot.sql'])
    expect(malformedIncludesOf(line)).toEqual([])
  })

  it.each([
    '  --! include booking/api/book_slot.sql',
    '-- --! include booking/api/book_slot.sql',
    '--! include booking/api/book_slot.sql -- again',
    '--! include booking/api/book_slot.sql;',
    '--! Include booking/api/book_slot.sql',
    '-- ! include booking/api/book_slot.sql',
    '--include booking/api/book_slot.sql',
    'select 1; --! include booking/api/book_slot.sql',
  ])('takes %p for a mistake', (line) => {
    expect(includesOf(line)).toEqual([])
    expect(malformedIncludesOf(`select 1;\n${line}\nselect 2;`)).toEqual([line])
  })

  it('leaves other comments alone', () => {
    expect(
      malformedIncludesOf('-- What booking_slots include is documented in docs/database/sql.md.\n--! Message: booking'),
    ).toEqual([])
  })
})

/** Files that contain tables, types or schemas. */
function holdsState(path: string): boolean {
  return /\/tables\/|(^|\/)(types|schemas|contents|stored_responses)\.sql$/.test(path)
}

/** Files that contain rows, not functions. */
const data = [
  'booking/state_transitions.sql',
  'clinic/data/phone_plans.sql',
  'clinic/data/time_zone_countries.sql',
  'core/error_codes.sql',
  'core/shards/table_homes.sql',
  'notification/data/default_texts.sql',
  'notification/data/special_networks.sql',
]

/** Files that contain several functions, because these belong together. */
const several: Record<string, string[]> = {
  'core/callers/current_claims.sql': [
    'current_account_id',
    'current_session_id',
    'current_customer_id',
    'current_customer_ids',
    'staff_clinic_ids',
    'desk_clinic_ids',
    'manager_clinic_ids',
    'own_doctor_ids',
    'caller_is_unconfirmed',
  ],
}

function declaredFunctions(text: string): { schema: string; name: string }[] {
  return [...text.matchAll(/^create or replace function (app_\w+|billing|billing_private)\.(\w+)\(/gm)].map(
    ([, schema, name]) => ({
      schema: schema as string,
      name: name as string,
    }),
  )
}
