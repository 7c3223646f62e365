import { findClinics } from '../../data/find_clinics.ts'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { SearchField } from '../../parts/search/search_field.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { commonTexts } from '../../text/shared/common.ts'

const OneClinic = graphql(`
  query OneClinic($id: BigInt!) { clinic(id: $id) { name } }
`)

interface ClinicFieldProps {
  clinic: string | undefined
  choose(clinic: string | undefined): void
  isEntered: boolean
}

/** A search field for clinics, used when there are too many for a list. */
export function ClinicField({ clinic, choose, isEntered }: ClinicFieldProps) {
  const { t } = useText(searchTexts)
  const { t: common } = useText(commonTexts)
  const { data } = useQuery(OneClinic, clinic ? { id: clinic } : null)
  return (
    <SearchField
      label={t.clinic}
      any={t.anyClinic}
      noneFound={common.noClinic}
      value={clinic}
      name={clinic ? (data?.clinic?.name ?? '') : ''}
      find={async (wanted, signal) => (await findClinics(wanted, signal)).filter(({ isActive }) => isActive)}
      choose={choose}
      clear={() => choose(undefined)}
      isEntered={isEntered}
    />
  )
}
