import type { DatabaseError } from 'pg'
import { expectRefusal } from './database.ts'

/**
 * Like expectRefusal, for a statement that a constraint refuses: also asserts the name of the constraint. The name of a
 * constraint is the rule that it enforces.
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
