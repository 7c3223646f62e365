import { createContext, type ReactNode, useContext } from 'react'
import { Redirect, useLocation } from 'wouter'
import { findClinics } from '../../data/find_clinics.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { StaffClinicsQuery } from '../../data/generated/graphql.ts'
import { type Person, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { workplaceTexts } from '../../text/shared/workplace.ts'
import { SignIn } from '../account_forms.tsx'
import { Empty, Loading, Problem } from '../feedback/notice.tsx'
import { Select } from '../form/field.tsx'
import { Page } from '../layout/page.tsx'
import { SearchField } from '../search/search_field.tsx'

// An administrator may work for any clinic, so the ids in the person are not enough.
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
  /** The clinics that the person may choose from, by name; only the first if there are very many. */
  clinics: Clinic[]
  hasMoreClinics: boolean
  /** Their ids; undefined means all clinics. */
  clinicIds: string[] | undefined
  person: Person
  isManager: boolean
  /** Whether the person may book, move and check in for customers. */
  isDesk: boolean
  /**
   * Whether the person may check in the patients of a doctor and withdraw times. The desk may for all doctors, a doctor for
   * themselves.
   */
  maySeeTo(doctorId: string): boolean
  /** Reloads the clinics after one has changed. */
  clinicsChanged(): void
}

const WorkplaceContext = createContext<Workplace | undefined>(undefined)

/** The clinic of this page, and what the person may do there. Only below <AtClinic>. */
export function useWorkplace(): Workplace {
  const workplace = useContext(WorkplaceContext)
  if (!workplace) throw new Error('useWorkplace() outside of <AtClinic>')
  return workplace
}

interface AtClinicProps {
  /** The first part of the address: /desk or /manage. */
  base: string
  clinicId?: string
  managersOnly?: boolean
  children: ReactNode
}

/**
 * Shows its children to people who work for the clinic. Asks others to sign in, and without a clinic redirects to the
 * person's first one.
 */
export function AtClinic(props: AtClinicProps) {
  const { t } = useText(workplaceTexts)
  const person = useCurrentPerson()
  if (person === undefined) return <Loading />
  if (person) return <ClinicOfPerson {...props} person={person} />
  return (
    <Page title={t.clinic} lead={t.signInFirst} narrow>
      <div className="card padded">
        <SignIn />
      </div>
    </Page>
  )
}

function ClinicOfPerson({ base, clinicId, managersOnly, person, children }: AtClinicProps & { person: Person }) {
  const { t } = useText(workplaceTexts)
  const clinicIds = clinicsOf(person, managersOnly)
  const isDesk = person.isAdmin === true || !!person.deskClinicIds?.includes(clinicId ?? '')
  const { clinics, hasMoreClinics, clinic, loading, error, refetch } = useClinics(clinicIds, clinicId)
  const ownDoctors = useOwnDoctors(person, isDesk ? undefined : clinic?.id)
  const [first] = clinics
  if (clinicIds?.length === 0) return <NoClinic lead={t.noClinic} />
  const failed = error === undefined ? ownDoctors.error : error
  if (failed !== undefined) {
    return (
      <Page title={t.clinic} narrow>
        <Problem error={failed} retry={error === undefined ? ownDoctors.refetch : refetch} />
      </Page>
    )
  }
  if (loading || ownDoctors.loading) return <Loading />
  if (clinicId === undefined && first) return <Redirect to={`${base}/${first.id}`} replace />
  if (!clinic) return <NoClinic lead={t.notYours} />
  const workplace = {
    clinic,
    clinics,
    hasMoreClinics,
    clinicIds,
    person,
    isManager: person.isAdmin === true || !!person.managerClinicIds?.includes(clinic.id),
    isDesk,
    maySeeTo: (doctorId: string) => isDesk || ownDoctors.ids.includes(doctorId),
    clinicsChanged: refetch,
  }
  return <WorkplaceContext value={workplace}>{children}</WorkplaceContext>
}

/** The ids of the clinics where a person works, or is a manager; undefined: all clinics. */
function clinicsOf({ isAdmin, managerClinicIds, staffClinicIds }: Person, managersOnly = false): string[] | undefined {
  if (isAdmin) return undefined
  return ((managersOnly ? managerClinicIds : staffClinicIds) ?? []).flatMap((id) => (id ? [id] : []))
}

/** The clinics with these ids, or all, and the one among them that has an id, which may not be in the loaded list. */
function useClinics(ids: string[] | undefined, clinicId: string | undefined) {
  const list = useQuery(StaffClinics, ids?.length === 0 ? null : { ...(ids && { filter: { id: { in: ids } } }) })
  const clinics = (list.data?.clinics?.nodes ?? []).flatMap((node) => (node ? [node] : [])).toSorted(byName)
  const hasMoreClinics = list.data?.clinics?.pageInfo.hasNextPage === true
  const isAllowed = clinicId !== undefined && /^\d{1,18}$/.test(clinicId) && (ids?.includes(clinicId) ?? true)
  const isUnlisted = hasMoreClinics && isAllowed && !clinics.some(({ id }) => id === clinicId)
  const unlisted = useQuery(StaffClinic, isUnlisted ? { id: clinicId } : null)
  const clinic = [...clinics, isUnlisted ? unlisted.data?.clinic : undefined].find((it) => it?.id === clinicId)
  return {
    clinics,
    hasMoreClinics,
    clinic: clinic ?? undefined,
    loading: !list.data || (unlisted.loading && !clinic),
    error: list.error === undefined ? unlisted.error : list.error,
    refetch() {
      list.refetch()
      unlisted.refetch()
    },
  }
}

/** The ids of the doctors that a person is in a clinic; without a clinic nothing is requested. */
function useOwnDoctors({ accountId }: Person, clinicId: string | undefined) {
  const query = useQuery(OwnDoctors, clinicId ? { accountId: accountId ?? '0', clinicId } : null)
  const employees = query.data?.employees?.nodes ?? []
  return { ...query, ids: employees.flatMap((it) => (it?.isActive && it.doctorId ? [it.doctorId] : [])) }
}

function NoClinic({ lead }: { lead: string }) {
  const { t } = useText(workplaceTexts)
  return (
    <Page title={t.clinic} narrow>
      <Empty title={t.noClinicTitle}>
        <p>{lead}</p>
      </Empty>
    </Page>
  )
}

/** The clinic's name, or a choice for people who work for several clinics. */
export function ClinicChoice({ base }: { base: string }) {
  const { t } = useText(workplaceTexts)
  const { t: common } = useText(commonTexts)
  const { clinic, clinics, hasMoreClinics, clinicIds } = useWorkplace()
  const [, go] = useLocation()
  const choose = (id: string) => go(`${base}/${id}`)
  if (hasMoreClinics) {
    return (
      <SearchField
        label={t.clinic}
        noneFound={common.noClinic}
        value={clinic.id}
        name={clinic.name}
        find={(wanted, signal) => findClinics(wanted, signal, clinicIds)}
        choose={choose}
      />
    )
  }
  if (clinics.length < 2) return <span className="clinic-name">{clinic.name}</span>
  return (
    <Select label={t.clinic} value={clinic.id} onChange={choose}>
      {clinics.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  )
}
