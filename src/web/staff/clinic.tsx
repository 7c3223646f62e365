import { createContext, type ReactNode, useContext } from 'react'
import { Redirect, useLocation } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { StaffClinicsQuery } from '../graphql/generated/graphql.ts'
import { SignIn } from '../parts/account_forms.tsx'
import { Choice } from '../parts/field.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { type Person, useWho } from '../session.ts'
import { useQuery } from '../use_query.ts'
import { useStaffText } from './text.ts'
import './staff.css'

// An administrator may work for any clinic, so not by the ids of the person.
const StaffClinics = graphql(`
  query StaffClinics($filter: ClinicFilter) {
    clinics(filter: $filter, first: 100) { nodes { id name timeZone isActive } }
  }
`)

export type Clinic = NonNullable<NonNullable<StaffClinicsQuery['clinics']>['nodes'][number]>

const byName = (a: Clinic, b: Clinic) => a.name.localeCompare(b.name)

interface Workplace {
  clinic: Clinic
  /** All that the person may choose from, by name. */
  clinics: Clinic[]
  person: Person
  isManager: boolean
  /** Whether the person may book, move and check in for customers. */
  isDesk: boolean
  /** Reads the clinics again, after a change of one. */
  clinicsChanged(): void
}

const WorkplaceContext = createContext<Workplace | undefined>(undefined)

/** The clinic one works for on this page. Only below <AtClinic>. */
export function useWorkplace(): Workplace {
  const workplace = useContext(WorkplaceContext)
  if (!workplace) throw new Error('useWorkplace() outside of <AtClinic>')
  return workplace
}

interface AtClinicProps {
  /** Where the pages begin: /desk or /manage. */
  base: string
  clinicId?: string
  managersOnly?: boolean
  children: ReactNode
}

/** Lets in who works for the clinic, after signing in, and leads to the first of their clinics when none is named. */
export function AtClinic({ base, clinicId, managersOnly, children }: AtClinicProps) {
  const { t } = useStaffText()
  const who = useWho()
  const ids = (managersOnly ? who?.managerClinicIds : who?.staffClinicIds)?.flatMap((id) => (id ? [id] : [])) ?? []
  const mayAny = who?.isAdmin === true
  const { data, error, again } = useQuery(
    StaffClinics,
    who && (mayAny || ids.length > 0) ? { ...(!mayAny && { filter: { id: { in: ids } } }) } : null,
  )
  if (who === undefined) return <Loading />
  if (who === null) {
    return (
      <Page title={t.clinic} lead={t.signInFirst} narrow>
        <div className="card padded">
          <SignIn />
        </div>
      </Page>
    )
  }
  if (!mayAny && ids.length === 0) {
    return (
      <Page title={t.clinic} narrow>
        <Empty title={t.noClinicTitle}>
          <p>{t.noClinic}</p>
        </Empty>
      </Page>
    )
  }
  if (error !== undefined) {
    return (
      <Page title={t.clinic} narrow>
        <Problem error={error} again={again} />
      </Page>
    )
  }
  if (!data) return <Loading />
  const clinics = (data.clinics?.nodes ?? []).flatMap((node) => (node ? [node] : [])).toSorted(byName)
  const [first] = clinics
  if (clinicId === undefined && first) return <Redirect to={`${base}/${first.id}`} replace />
  const clinic = clinics.find(({ id }) => id === clinicId)
  if (!clinic) {
    return (
      <Page title={t.clinic} narrow>
        <Empty title={t.noClinicTitle}>
          <p>{t.notYours}</p>
        </Empty>
      </Page>
    )
  }
  const workplace = {
    clinic,
    clinics,
    person: who,
    isManager: mayAny || !!who.managerClinicIds?.includes(clinic.id),
    isDesk: mayAny || !!who.deskClinicIds?.includes(clinic.id),
    clinicsChanged: again,
  }
  return <WorkplaceContext value={workplace}>{children}</WorkplaceContext>
}

/** The clinic's name, or a choice of them for those who work for several. */
export function ClinicChoice({ base }: { base: string }) {
  const { t } = useStaffText()
  const { clinic, clinics } = useWorkplace()
  const [, go] = useLocation()
  if (clinics.length < 2) return <span className="clinic-name">{clinic.name}</span>
  return (
    <Choice label={t.clinic} value={clinic.id} onChange={(id) => go(`${base}/${id}`)}>
      {clinics.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Choice>
  )
}
