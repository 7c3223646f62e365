import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import { Choice } from '../parts/field.tsx'
import { nameIn, useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { ClinicField } from './clinic_field.tsx'
import { DoctorField } from './doctor_field.tsx'
import type { Search } from './search.ts'

const WhatAndWhere = graphql(`
  query WhatAndWhere {
    specializations(first: 100) { nodes { id name names } }
    clinics(first: 20, orderBy: [NAME_ASC]) { nodes { id name isActive } pageInfo { hasNextPage } }
  }
`)

/** What, where, with whom. Each change searches at once. */
export function SearchForm({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { t } = useText()
  const { data } = useQuery(WhatAndWhere, {})
  // How many clinics there are is known a moment after somebody may have come to the list of them.
  const [isAtClinics, setIsAtClinics] = useState(false)
  const chooseClinic = (clinic: string | undefined) => change({ clinic, doctor: undefined })
  return (
    <div className="search-fields">
      <NamedChoice
        label={t.search.specialization}
        any={t.search.anySpecialization}
        from={data?.specializations?.nodes}
        value={search.specialization}
        onChange={(specialization) => change({ specialization })}
      />
      {data?.clinics?.pageInfo.hasNextPage ? (
        <ClinicField clinic={search.clinic} choose={chooseClinic} isEntered={isAtClinics} />
      ) : (
        <NamedChoice
          label={t.search.clinic}
          any={t.search.anyClinic}
          from={data?.clinics?.nodes.filter((clinic) => clinic?.isActive)}
          value={search.clinic}
          onChange={chooseClinic}
          onFocus={() => setIsAtClinics(true)}
          onBlur={() => setIsAtClinics(false)}
        />
      )}
      <DoctorField search={search} change={change} />
    </div>
  )
}

interface NamedChoiceProps {
  label: string
  /** What no choice is called. */
  any: string
  from: ({ id: string; name: string; names?: unknown } | null)[] | undefined
  value: string | undefined
  onChange(id: string): void
  onFocus?(): void
  onBlur?(): void
}

/** One of what has a name, or any, in the order of the names shown. */
function NamedChoice({ label, any, from = [], value = '', ...on }: NamedChoiceProps) {
  const { language, locale } = useText()
  const options = from
    .flatMap((it) => (it ? { id: it.id, name: nameIn(language, it) } : []))
    .sort((a, b) => a.name.localeCompare(b.name, locale))
  return (
    <Choice label={label} value={value} {...on}>
      <option value="">{any}</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Choice>
  )
}
