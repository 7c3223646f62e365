import type { DatabaseError } from 'pg'
import { expectRefusal } from './database.ts'

/**
 * As expectRefusal, for a statement that a constraint refuses: asserts which one it was, too. Each constraint's name is
 * the rule that it keeps.
 */
export async function expectViolation(
  statement: Promise<unknown>,
  name: string,
  constraint: string,
): Promise<DatabaseError> {
  const error = await expectRefusal(statement, name)
  if (error.constraint !== constraint) {
    throw new Error(`expected to be refused by ${constraint}, but it was ${error.constraint}: ${error.message}`, {
      cause: error,
    })
  }
  return error
}
