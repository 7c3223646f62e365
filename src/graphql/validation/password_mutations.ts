import type { ASTVisitor, DocumentNode, ValidationContext } from 'postgraphile/graphql'
import { operationOf, rootFields } from '../root_fields.ts'
import { tooComplex } from './limits.ts'

/**
 * The mutations that compute a password's hash, which takes 60 ms of a processor. An operation may call one of them once,
 * and they run on separate connections, so that a flood of them slows down nothing else.
 * test/graphql/validation/password_mutations.test.ts compares them with the functions that call bcrypt.
 */
export const passwordMutations: ReadonlySet<string> = new Set([
  'acceptInvitation',
  'changeEmail',
  'changePassword',
  'registerCustomer',
  'requestAccountMerge',
  'resetPassword',
  'signIn',
])

/** Validation rule: an operation computes one password's hash at most, whatever aliases and fragments it has. */
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
