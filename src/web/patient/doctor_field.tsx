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
  query Doctors($wanted: String!, $clinicId: BigInt, $specializationId: BigInt) {
    findDoctors(wanted: $wanted, clinicId: $clinicId, specializationId: $specializationId, pageSize: 12) {
      id fullName clinic { id name }
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
        const variables = {
          wanted,
          ...(clinic && { clinicId: clinic }),
          ...(specialization && { specializationId: specialization }),
        }
        const { findDoctors } = await ask(Doctors, variables, signal)
        return (findDoctors ?? []).flatMap((it) =>
          it?.clinic ? [{ id: `${it.clinic.id}/${it.id}`, name: it.fullName, detail: it.clinic.name }] : [],
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
