import { findClinics } from '../find_clinics.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { SearchField } from '../parts/search_field.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'

const OneClinic = graphql(`
  query OneClinic($id: BigInt!) { clinic(id: $id) { name } }
`)

interface ClinicFieldProps {
  clinic: string | undefined
  choose(clinic: string | undefined): void
  isEntered: boolean
}

/** A clinic by name, where there are too many for a list. */
export function ClinicField({ clinic, choose, isEntered }: ClinicFieldProps) {
  const { t } = useText()
  const { data } = useQuery(OneClinic, clinic ? { id: clinic } : null)
  return (
    <SearchField
      label={t.search.clinic}
      any={t.search.anyClinic}
      noneFound={t.search.noClinic}
      value={clinic}
      name={clinic ? (data?.clinic?.name ?? '') : ''}
      find={async (wanted, signal) => (await findClinics(wanted, signal)).filter(({ isActive }) => isActive)}
      choose={choose}
      clear={() => choose(undefined)}
      isEntered={isEntered}
    />
  )
}
