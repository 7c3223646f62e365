import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { Person } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Select } from '../../parts/form/field.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { familyTexts } from '../../text/patient/family.ts'
import { dependantsIn } from '../account/dependants.ts'

const BookFor = graphql(`
  query BookFor {
    guardianships(first: 50, orderBy: [DEPENDANT_CUSTOMER_ID_ASC]) { nodes { ...Dependant } }
  }
`)

interface VisitOfProps {
  person: Person
  customerId: string
  choose(customerId: string): void
}

/** Chooses for whom a time is booked: the patient, or one of their dependants. */
export function VisitOf({ person, customerId, choose }: VisitOfProps) {
  const { t } = useText(bookTexts)
  const { t: family } = useText(familyTexts)
  const { data, pending } = useQuery(BookFor, {})
  const dependants = dependantsIn(data?.guardianships?.nodes, person)
  if (pending) return <Pending />
  if (dependants.length === 0) {
    return (
      <>
        <h2>{t.as(person.fullName ?? '')}</h2>
        <p className="quiet">
          <Link href="/profile">{family.forChild}</Link>
        </p>
      </>
    )
  }
  return (
    <Select label={family.whom} value={customerId} onChange={choose}>
      <option value={person.customerId ?? ''}>{family.me(person.fullName ?? '')}</option>
      {dependants.map(({ id, fullName }) => (
        <option key={id} value={id}>
          {fullName}
        </option>
      ))}
    </Select>
  )
}
