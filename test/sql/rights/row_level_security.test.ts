import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { type Rights, type Role, roles, tables } from './table_rights.ts'
import { people, twoClinics, type Who, type World } from './two_clinics.ts'

// For each table of the API and each kind of person: which rows they see, change, delete and add, as table_rights.ts
// defines. The tables come from the catalogue: a new one fails here until table_rights.ts says who may do what with it.

const roleOf = (who: Who): Role =>
  who === 'anonymous'
    ? 'app_anonymous'
    : who === 'admin'
      ? 'app_admin'
      : / [AB]$/.test(who)
        ? 'app_staff'
        : 'app_customer'

const lacksPrivilege = '42501'
const foreignKeyViolation = '23503'

/** The rows that a person could access: their names, each only if all rows of that name are included. */
type Outcome = string[] | 'refused'

describe('row-level security', () => {
  let db: Db
  let world: World
  let leave: () => void
  let done: Promise<void>

  // One transaction for all: every attempt is rolled back.
  beforeAll(async () => {
    await new Promise<void>((ready, failed) => {
      done = inTransaction(async (transaction) => {
        db = transaction
        world = await twoClinics(db)
        ready()
        await new Promise<void>((resolve) => {
          leave = resolve
        })
      })
      done.catch(failed)
    })
  })
  afterAll(() => {
    leave()
    return done
  })

  it('is defined here for every table of app_public, app_hidden and billing', async () => {
    const catalogue = await db.query(
      `select c.oid::regclass::text as name from pg_class c
       where c.relnamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'billing'::regnamespace)
         and c.relkind in ('r', 'p', 'f', 'v', 'm')
         -- Only operators of the database read it.
         and c.oid <> 'billing.books_that_do_not_balance'::regclass
       order by 1`,
    )
    expect(catalogue.map(({ name }) => name)).toEqual(Object.keys(tables).sort())
  })

  describe.each(Object.entries(tables))('%s', (table, expectation) => {
    /** Each row's key and name, as the owner sees them. */
    async function census(): Promise<Map<string, string>> {
      const rows = await db.query(`select ${await key(table)} as key, t as row, t.* from ${table} t`)
      return new Map(rows.map((row) => [row.key, expectation.name(row, world)]))
    }

    async function namesOf(keys: string[], all: Map<string, string>): Promise<string[]> {
      const found = new Set(keys)
      const names = new Set(keys.map((each) => all.get(each) ?? `unknown ${each}`))
      for (const [each, name] of all) if (!found.has(each)) names.delete(name)
      const partly = keys.filter((each) => !names.has(all.get(each) ?? ''))
      return [...names, ...partly.map((each) => `only some ${all.get(each)}`)].sort()
    }

    /** Runs a statement as each person in turn, rolls it back, and returns the rows that each of them accessed. */
    async function triedByAll(attempt: () => Promise<Outcome>): Promise<Record<string, Outcome>> {
      const outcome: Record<string, Outcome> = {}
      for (const who of people)
        outcome[who] = await db.undone(() =>
          db.as(world.claims[who], attempt).catch((error) => {
            if (error.code === lacksPrivilege) return 'refused' as const
            throw error
          }),
        )
      return outcome
    }

    /** The full rights. A role below the lowest one with the right is refused; without such a role everybody is. */
    const expected = (rights: Rights = {}, lowest?: Role): Record<string, Outcome> =>
      Object.fromEntries(
        people.map((who) => [
          who,
          lowest && roles.indexOf(roleOf(who)) >= roles.indexOf(lowest) ? [...(rights[who] ?? [])].sort() : 'refused',
        ]),
      )

    it('is seen by', async () => {
      const all = await census()
      expect(all.size).toBeGreaterThan(0)
      const keyOf = await key(table)
      const seen = await triedByAll(async () =>
        namesOf(
          (await db.query(`select ${keyOf} as key from ${table}`)).map((row) => row.key),
          all,
        ),
      )
      expect(seen).toEqual(expected(expectation.sees, expectation.readBy))
    })

    it('is updated by', async () => {
      const all = await census()
      const lowest = roles.find((role) => expectation.updatable?.[role])
      const column = lowest
        ? expectation.updatable?.[lowest]?.[0]
        : (await columnsOf(table)).find((name) => name !== 'id')
      const keyOf = await key(table)
      const updated = await triedByAll(async () => {
        const rows = await db.query(`update ${table} set ${column} = ${column} returning ${keyOf} as key`)
        return namesOf(
          rows.map((row) => row.key),
          all,
        )
      })
      expect(updated).toEqual(expected(expectation.updates, lowest))
    })

    it('is deleted from by', async () => {
      const all = await census()
      const keyOf = await key(table)
      const names = [...new Set(all.values())]
      const deleted = await triedByAll(async () => {
        const gone: string[] = []
        for (const name of names) {
          const keys = [...all].filter(([, each]) => each === name).map(([each]) => each)
          const rows = await db.undone(() =>
            db
              .query(`delete from ${table} where ${keyOf} = any ($1) returning ${keyOf} as key`, [keys])
              .catch((error) => {
                // Row-level security permitted it; a row that refers to this one did not.
                if (error.code === foreignKeyViolation) return keys.map((each) => ({ key: each }))
                throw error
              }),
          )
          if (rows.length > 0) gone.push(rows.length === keys.length ? name : `only some ${name}`)
        }
        return gone.sort()
      })
      expect(deleted).toEqual(expected(expectation.deletes, expectation.deletableBy))
    })

    it('is added to by', async () => {
      const additions = expectation.additions?.(world) ?? {
        any: [`insert into ${table} default values`, []] as [string, unknown[]],
      }
      const added = await triedByAll(async () => {
        const names: string[] = []
        for (const [name, [statement, values]] of Object.entries(additions))
          await db.undone(() =>
            db.query(statement, values).then(
              () => names.push(name),
              (error) => {
                if (error.code !== lacksPrivilege) throw error
              },
            ),
          )
        return names
      })
      expect(added).toEqual(expected(expectation.adds, 'app_anonymous'))
    })

    it('may be written and read in these columns only', async () => {
      const columns = await columnsOf(table)
      for (const role of roles) {
        const read = await columnsGranted(role, 'select', columns)
        if (read.length > 0) expect({ role, read }).toEqual({ role, read: columns.filter(isReadBy(role)).sort() })
        for (const [privilege, grants] of Object.entries(written)) {
          const inherited = roles.slice(0, roles.indexOf(role) + 1).flatMap((each) => grants?.[each] ?? [])
          const granted = await columnsGranted(role, privilege, columns)
          expect({ role, privilege, granted }).toEqual({ role, privilege, granted: inherited.sort() })
        }
      }
    })

    const written = { insert: expectation.insertable, update: expectation.updatable }

    const isReadBy = (role: Role) => (column: string) => {
      const lowest = expectation.unread?.[column]
      return lowest === undefined || (lowest !== null && roles.indexOf(role) >= roles.indexOf(lowest))
    }

    async function columnsGranted(role: Role, privilege: string, columns: string[]): Promise<string[]> {
      const rows = await db.query<{ column: string }>(
        `select c as "column" from unnest($1::text[]) c where has_column_privilege($2, $3::regclass, c, $4)`,
        [columns, role, table, privilege],
      )
      return rows.map(({ column }) => column).sort()
    }
  })

  /** An expression that identifies a row of the table: its primary key as text. */
  async function key(table: string): Promise<string> {
    const rows = await db.query<{ name: string }>(
      `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indrelid = $1::regclass and i.indisprimary order by a.attnum`,
      [table],
    )
    // A view has no key; its rows are identified by those of the table it shows.
    const names = rows.length > 0 ? rows.map(({ name }) => name) : ['clinic_id', 'id']
    return `jsonb_build_array(${names.join(', ')})::text`
  }

  async function columnsOf(table: string): Promise<string[]> {
    const rows = await db.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
      [table],
    )
    return rows.map(({ name }) => name)
  }
})
