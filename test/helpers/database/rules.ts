import { DatabaseError } from 'pg'
import type { Db } from './database.ts'

/** A statement that violates one rule, and its parameters. */
export type Violation = [statement: string, ...values: unknown[]]

/**
 * The names of the constraints of tables (schema-qualified) in the catalogue: each name states a rule. NOT NULL
 * is left out, and so are keys that can be violated only by violating another constraint first.
 */
export async function constraintsOf(db: Db, tables: string[]): Promise<string[]> {
  const rows = await db.query<{ conname: string }>(
    `select conname from pg_constraint where conrelid = any ($1::regclass[]) and contype <> 'n' order by conname`,
    [tables],
  )
  return rows.map(({ conname }) => conname)
}

/** The name of the constraint that refused each violation, or what happened instead. All changes are undone. */
export async function refusedBy(db: Db, violations: Record<string, Violation>): Promise<Record<string, string>> {
  const outcome: Record<string, string> = {}
  const raises = await raisingChecks(db)
  for (const [rule, [statement, ...values]] of Object.entries(violations)) {
    outcome[rule] = await db.undone(() =>
      db.query(statement, values).then(
        () => 'nothing',
        (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          return error.constraint ?? (raises.get(rule)?.(error) ? rule : `${error.code}: ${error.message}`)
        },
      ),
    )
  }
  return outcome
}

/**
 * Checks that raise their refusal themselves, so that no row is written to PostgreSQL's log. Returns whether an error
 * is that of the check, which names the argument concerned.
 */
async function raisingChecks(db: Db): Promise<Map<string, (error: DatabaseError) => boolean>> {
  const checks = await db.query<{ name: string; text: string }>(
    `select conname as name, pg_get_constraintdef(oid) as text from pg_constraint
     where contype = 'c' and pg_get_constraintdef(oid) ~ 'app_hidden\\.require_'`,
  )
  const argumentOf = ({ code = '', detail = '{}' }: DatabaseError) =>
    /^MS[02]/.test(code) && (JSON.parse(detail) as { argument?: string }).argument
  return new Map(checks.map(({ name, text }) => [name, (error) => text.includes(`'${argumentOf(error)}'`)]))
}
