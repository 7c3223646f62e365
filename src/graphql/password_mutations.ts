import type { Pool } from 'pg'
import type { ASTVisitor, DocumentNode, ValidationContext } from 'postgraphile/graphql'
import { Refusal } from './errors.ts'
import { tooComplex } from './limits.ts'
import { operationOf, rootFields } from './root_fields.ts'

/**
 * The mutations that compute a password's hash, 60 ms of a processor each. An operation may call one of them, once, and
 * they run on connections of their own, so that a flood of them delays each other and nothing else.
 * test/graphql/password_mutations.test.ts compares them with the functions that call bcrypt.
 */
export const passwordMutations: ReadonlySet<string> = new Set([
  'acceptInvitation',
  'changePassword',
  'registerCustomer',
  'resetPassword',
  'signIn',
])

/** Most requests that wait for one of these connections. With two connections that is three seconds' work. */
const mostWaiting = 100

/** Validation rule: an operation computes one password's hash at most, whatever its aliases and fragments are. */
export function passwordRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'mutation') return
      const fields = rootFields(operation, (name) => context.getFragment(name) ?? undefined)
      if (fields.filter((field) => passwordMutations.has(field)).length <= 1) return
      const message = `More than one of ${[...passwordMutations].join(', ')} in one operation.`
      context.reportError(tooComplex(message, 'passwordMutations', 1))
    },
  }
}

/** Whether an operation of a valid document computes a password's hash. */
export function computesPassword(document: DocumentNode, operationName: string | undefined): boolean {
  const operation = operationOf(document, operationName)
  return operation?.kind === 'mutation' && operation.fields.some((field) => passwordMutations.has(field))
}

/** Throws Refusal `passwords_busy` when as many wait for a connection of this pool as may. */
export function requirePlace(pool: Pool): void {
  if (pool.waitingCount >= mostWaiting) throw new Refusal('passwords_busy')
}
