import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { SearchField } from '../../parts/search/search_field.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
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

/** A search field for doctors of the chosen clinic and specialization. Choosing a doctor also chooses the clinic. */
export function DoctorField({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { t } = useText(searchTexts)
  const { specialization, clinic, doctor } = search
  const { data } = useQuery(OneDoctor, clinic && doctor ? { clinicId: clinic, id: doctor } : null)
  return (
    <SearchField
      label={t.doctor}
      any={t.anyDoctor}
      noneFound={t.noDoctor}
      value={doctor && `${clinic}/${doctor}`}
      name={doctor ? (data?.doctor?.fullName ?? '') : ''}
      within={[clinic, specialization]}
      find={async (wanted, signal) => {
        const variables = {
          wanted,
          ...(clinic && { clinicId: clinic }),
          ...(specialization && { specializationId: specialization }),
        }
        const { findDoctors } = await request(Doctors, variables, signal)
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
