import { graphql } from '../graphql/generated/gql.ts'
import { SearchField } from '../parts/search_field.tsx'
import { ask } from '../session.ts'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import type { Search } from './search.ts'

const OneDoctor = graphql(`
  query OneDoctor($clinicId: BigInt!, $id: BigInt!) {
    doctor(clinicId: $clinicId, id: $id) { fullName }
  }
`)
const Doctors = graphql(`
  query Doctors($filter: DoctorFilter!) {
    doctors(filter: $filter, first: 12, orderBy: [FULL_NAME_ASC]) {
      nodes { id fullName clinic { id name } }
    }
  }
`)

/** A doctor by name, of the clinic and field searched for. Choosing one says the clinic, too. */
export function DoctorField({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { t } = useText()
  const { specialization, clinic, doctor } = search
  const { data } = useQuery(OneDoctor, clinic && doctor ? { clinicId: clinic, id: doctor } : null)
  return (
    <SearchField
      label={t.search.doctor}
      any={t.search.anyDoctor}
      noneFound={t.search.noDoctor}
      value={doctor && `${clinic}/${doctor}`}
      name={doctor ? (data?.doctor?.fullName ?? '') : ''}
      within={[clinic, specialization]}
      find={async (wanted, signal) => {
        const filter = {
          fullName: { includesInsensitive: wanted },
          ...(clinic && { clinicId: { equalTo: clinic } }),
          ...(specialization && {
            doctorSpecializations: { some: { specializationId: { equalTo: specialization } } },
          }),
        }
        const { doctors } = await ask(Doctors, { filter }, signal)
        return (doctors?.nodes ?? []).flatMap((node) =>
          node?.clinic ? [{ id: `${node.clinic.id}/${node.id}`, name: node.fullName, detail: node.clinic.name }] : [],
        )
      }}
      choose={(key) => {
        const [clinicId, id] = key.split('/')
        change({ clinic: clinicId, doctor: id })
      }}
      clear={() => change({ doctor: undefined })}
    />
  )
}
