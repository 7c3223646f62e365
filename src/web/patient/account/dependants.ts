import type { DependantFragment } from '../../data/generated/graphql.ts'
import type { Person } from '../../data/session.ts'

/** A person for whom a patient books. */
export interface Dependant {
  id: string
  fullName: string
  birthDate: string | null
  relation: DependantFragment['relation']
  until: string | null
}

/**
 * The dependants of a patient among the guardianships that the patient sees. A guardianship that has ended shows no
 * customer: the server no longer gives it.
 */
export function dependantsIn(
  guardianships: readonly (DependantFragment | null)[] | undefined,
  { customerIds }: Person,
): Dependant[] {
  const found = new Map<string, Dependant>()
  for (const guardianship of guardianships ?? []) {
    const dependant = guardianship?.dependantCustomer
    if (!dependant || guardianship.endedAt || !customerIds?.includes(guardianship.guardianCustomerId)) continue
    const { relation, until } = guardianship
    found.set(dependant.id, { ...dependant, birthDate: dependant.birthDate ?? null, relation, until: until ?? null })
  }
  return [...found.values()].sort((a, b) => a.fullName.localeCompare(b.fullName))
}
