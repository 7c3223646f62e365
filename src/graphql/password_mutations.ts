import type { Pool } from 'pg'
import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'postgraphile/graphql'
import { Refusal } from './errors.ts'
import { tooComplex } from './limits.ts'

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
      if (countIn(operation, (name) => context.getFragment(name) ?? undefined) <= 1) return
      const message = `More than one of ${[...passwordMutations].join(', ')} in one operation.`
      context.reportError(tooComplex(message, 'passwordMutations', 1))
    },
  }
}

/** Whether an operation of a valid document computes a password's hash. */
export function computesPassword(document: DocumentNode, operationName: string | undefined): boolean {
  const operation = getOperationAST(document, operationName)
  if (operation?.operation !== 'mutation') return false
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )
  return countIn(operation, (name) => fragments.get(name)) > 0
}

/** How many fields of a mutation's root are password mutations. A fragment counts once: its repetitions are merged. */
function countIn(
  { operation, selectionSet }: OperationDefinitionNode,
  fragmentOf: (name: string) => FragmentDefinitionNode | undefined,
): number {
  if (operation !== 'mutation') return 0
  const seen = new Set<string>()
  const count = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + Number(passwordMutations.has(selection.name.value))
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet)
      const { value: name } = selection.name
      if (seen.has(name)) return sum
      seen.add(name)
      const fragment = fragmentOf(name)
      return sum + (fragment ? count(fragment.selectionSet) : 0)
    }, 0)
  return count(selectionSet)
}

/** Throws Refusal `passwords_busy` when as many wait for a connection of this pool as may. */
export function requirePlace(pool: Pool): void {
  if (pool.waitingCount >= mostWaiting) throw new Refusal('passwords_busy')
}
