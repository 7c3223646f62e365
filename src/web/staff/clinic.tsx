import { createContext, type ReactNode, useContext } from 'react'
import { Redirect, useLocation } from 'wouter'
import { findClinics } from '../find_clinics.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { StaffClinicsQuery } from '../graphql/generated/graphql.ts'
import { SignIn } from '../parts/account_forms.tsx'
import { Choice } from '../parts/field.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { SearchField } from '../parts/search_field.tsx'
import { type Person, useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { useStaffText } from './text.ts'
import './staff.css'

// An administrator may work for any clinic, so not by the ids of the person.
const StaffClinics = graphql(`
  query StaffClinics($filter: ClinicFilter) {
    clinics(filter: $filter, first: 100) { nodes { id name timeZone isActive } pageInfo { hasNextPage } }
  }
`)
const StaffClinic = graphql(`
  query StaffClinic($id: BigInt!) { clinic(id: $id) { id name timeZone isActive } }
`)
const OwnDoctors = graphql(`
  query OwnDoctors($accountId: BigInt!, $clinicId: BigInt!) {
    employees(
      filter: { accountId: { equalTo: $accountId }, clinicId: { equalTo: $clinicId }, doctorId: { isNull: false } }
      first: 100
    ) { nodes { doctorId isActive } }
  }
`)

export type Clinic = NonNullable<NonNullable<StaffClinicsQuery['clinics']>['nodes'][number]>

const byName = (a: Clinic, b: Clinic) => a.name.localeCompare(b.name)

interface Workplace {
  clinic: Clinic
  /** Those that the person may choose from, by name: all, or the first of very many. */
  clinics: Clinic[]
  hasMoreClinics: boolean
  /** The ids of the clinics that the person may choose from; undefined means all. */
  clinicIds: string[] | undefined
  person: Person
  isManager: boolean
  /** Whether the person may book, move and check in for customers. */
  isDesk: boolean
  /** Whether the person may see to a doctor's patients and times on the day: the desk to all, a doctor to their own. */
  maySeeTo(doctorId: string): boolean
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
  const clinicIds = mayAny ? undefined : ids
  const { data, error, again } = useQuery(
    StaffClinics,
    who && (mayAny || ids.length > 0) ? { ...(clinicIds && { filter: { id: { in: clinicIds } } }) } : null,
  )
  const clinics = (data?.clinics?.nodes ?? []).flatMap((node) => (node ? [node] : [])).toSorted(byName)
  const hasMore = data?.clinics?.pageInfo.hasNextPage === true
  const isWanted = clinicId !== undefined && /^\d{1,18}$/.test(clinicId) && (mayAny || ids.includes(clinicId))
  const isFurther = hasMore && isWanted && !clinics.some(({ id }) => id === clinicId)
  const further = useQuery(StaffClinic, isFurther ? { id: clinicId } : null)
  const isDesk = mayAny || !!who?.deskClinicIds?.includes(clinicId ?? '')
  const own = useQuery(OwnDoctors, who && isWanted && !isDesk ? { accountId: who.accountId ?? '0', clinicId } : null)
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
  const asked = [{ error, again }, further, own].find((it) => it.error !== undefined)
  if (asked) {
    return (
      <Page title={t.clinic} narrow>
        <Problem error={asked.error} again={asked.again} />
      </Page>
    )
  }
  if (!data || own.loading || (further.loading && further.data?.clinic?.id !== clinicId)) return <Loading />
  const [first] = clinics
  if (clinicId === undefined && first) return <Redirect to={`${base}/${first.id}`} replace />
  const clinic = [...clinics, isFurther ? further.data?.clinic : undefined].find((it) => it?.id === clinicId)
  if (!clinic) {
    return (
      <Page title={t.clinic} narrow>
        <Empty title={t.noClinicTitle}>
          <p>{t.notYours}</p>
        </Empty>
      </Page>
    )
  }
  const ownDoctors =
    own.data?.employees?.nodes.flatMap((it) => (it?.isActive && it.doctorId ? [it.doctorId] : [])) ?? []
  const workplace = {
    clinic,
    clinics,
    hasMoreClinics: hasMore,
    clinicIds,
    person: who,
    isManager: mayAny || !!who.managerClinicIds?.includes(clinic.id),
    isDesk,
    maySeeTo: (doctorId: string) => isDesk || ownDoctors.includes(doctorId),
    clinicsChanged() {
      again()
      further.again()
    },
  }
  return <WorkplaceContext value={workplace}>{children}</WorkplaceContext>
}

/** The clinic's name, or a choice of them for those who work for several. */
export function ClinicChoice({ base }: { base: string }) {
  const { t } = useStaffText()
  const { t: shared } = useText()
  const { clinic, clinics, hasMoreClinics, clinicIds } = useWorkplace()
  const [, go] = useLocation()
  const choose = (id: string) => go(`${base}/${id}`)
  if (hasMoreClinics) {
    return (
      <SearchField
        label={t.clinic}
        noneFound={shared.search.noClinic}
        value={clinic.id}
        name={clinic.name}
        find={(wanted, signal) => findClinics(wanted, signal, clinicIds)}
        choose={choose}
      />
    )
  }
  if (clinics.length < 2) return <span className="clinic-name">{clinic.name}</span>
  return (
    <Choice label={t.clinic} value={clinic.id} onChange={choose}>
      {clinics.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Choice>
  )
}
