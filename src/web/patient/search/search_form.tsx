import { lazy, Suspense, useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Select } from '../../parts/form/field.tsx'
import { nameIn, useLanguage, useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { ClinicField } from './clinic_field.tsx'
import { DoctorField } from './doctor_field.tsx'
import type { Search } from './search.ts'

const WhatAndWhere = graphql(`
  query WhatAndWhere {
    specializations(first: 100) { nodes { id name names } }
    clinics(first: 20, orderBy: [NAME_ASC]) { nodes { id name isActive } pageInfo { hasNextPage } }
  }
`)

// Only some clinics have services, and only a chosen clinic shows them. If it cannot be loaded, the search works without
// it, and the page on which a time is booked asks.
const ServiceField = lazy(() => import('../../parts/booking/service_field.tsx').catch(() => ({ default: () => null })))

/** The fields of the search. Each change starts a new search. */
export function SearchForm({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { t } = useText(searchTexts)
  const { data } = useQuery(WhatAndWhere, {})
  // The list becomes a search field when the number of clinics is known; a reader may already be in the list.
  const [isAtClinics, setIsAtClinics] = useState(false)
  const chooseClinic = (clinic: string | undefined) => change({ clinic, doctor: undefined, service: undefined })
  return (
    <div className={search.clinic ? 'search-fields' : 'search-fields of-any-clinic'}>
      <NamedChoice
        label={t.specialization}
        any={t.anySpecialization}
        from={data?.specializations?.nodes}
        value={search.specialization}
        onChange={(specialization) => change({ specialization })}
      />
      {data?.clinics?.pageInfo.hasNextPage ? (
        <ClinicField clinic={search.clinic} choose={chooseClinic} isEntered={isAtClinics} />
      ) : (
        <NamedChoice
          label={t.clinic}
          any={t.anyClinic}
          from={data?.clinics?.nodes.filter((clinic) => clinic?.isActive)}
          value={search.clinic}
          onChange={chooseClinic}
          onFocus={() => setIsAtClinics(true)}
          onBlur={() => setIsAtClinics(false)}
        />
      )}
      <DoctorField search={search} change={change} />
      {search.clinic && (
        <Suspense>
          <ServiceField
            clinic={search.clinic}
            doctor={search.doctor}
            service={search.service}
            choose={(service) => change({ service })}
            hasPlace
          />
        </Suspense>
      )}
    </div>
  )
}

interface NamedChoiceProps {
  label: string
  /** The label for no choice. */
  any: string
  from: ({ id: string; name: string; names?: unknown } | null)[] | undefined
  value: string | undefined
  onChange(id: string): void
  onFocus?(): void
  onBlur?(): void
}

/** A choice of one named thing, or any, ordered by the displayed names. */
function NamedChoice({ label, any, from = [], value = '', ...on }: NamedChoiceProps) {
  const { language, locale } = useLanguage()
  const options = from
    .flatMap((it) => (it ? { id: it.id, name: nameIn(language, it) } : []))
    .sort((a, b) => a.name.localeCompare(b.name, locale))
  return (
    <Select label={label} value={value} {...on}>
      <option value="">{any}</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  )
}
