import { graphql } from '../graphql/generated/gql.ts'
import { Choice } from '../parts/field.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { DoctorField } from './doctor_field.tsx'
import type { Search } from './search.ts'

const WhatAndWhere = graphql(`
  query WhatAndWhere {
    specializations(first: 100) { nodes { id name } }
    clinics(first: 100) { nodes { id name isActive } }
  }
`)

/** What, where, with whom. Each change searches at once. */
export function SearchForm({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { t, locale } = useText()
  const { data } = useQuery(WhatAndWhere, {})
  const byName = (a: { name: string } | null, b: { name: string } | null) =>
    (a?.name ?? '').localeCompare(b?.name ?? '', locale)
  const specializations = data?.specializations?.nodes.toSorted(byName)
  const clinics = data?.clinics?.nodes.filter((clinic) => clinic?.isActive).toSorted(byName)
  return (
    <div className="search-fields">
      <Choice
        label={t.search.specialization}
        value={search.specialization ?? ''}
        onChange={(specialization) => change({ specialization })}
      >
        <option value="">{t.search.anySpecialization}</option>
        {specializations?.map(
          (it) =>
            it && (
              <option key={it.id} value={it.id}>
                {it.name}
              </option>
            ),
        )}
      </Choice>
      <Choice
        label={t.search.clinic}
        value={search.clinic ?? ''}
        onChange={(clinic) => change({ clinic, doctor: undefined })}
      >
        <option value="">{t.search.anyClinic}</option>
        {clinics?.map(
          (it) =>
            it && (
              <option key={it.id} value={it.id}>
                {it.name}
              </option>
            ),
        )}
      </Choice>
      <DoctorField search={search} change={change} />
    </div>
  )
}
