import { expect } from '@jest/globals'
import { expectRefusal } from './database.ts'

/**
 * Asserts that a statement is refused by one constraint: by the registered name of its SQLSTATE and the name of the
 * constraint.
 */
export async function expectViolation(
  statement: Promise<unknown>,
  name: 'check_violation' | 'exclusion_violation' | 'foreign_key_violation' | 'not_null_violation' | 'unique_violation',
  constraint: string,
): Promise<void> {
  const error = await expectRefusal(statement, name)
  expect(error.constraint).toBe(constraint)
}
