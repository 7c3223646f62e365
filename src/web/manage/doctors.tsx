import { useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManagedDoctorFragment as ManagedDoctor } from '../graphql/generated/graphql.ts'
import { Choice, Field } from '../parts/field.tsx'
import { Empty } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { nameIn } from '../text/language.ts'
import { usePages } from '../use_pages.ts'
import { DeactivateDoctor } from './deactivate_doctor.tsx'
import { DoctorSheet } from './doctor_sheet.tsx'
import { say } from './say.tsx'
import { ActiveTag, Listing, RowButton, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { useDoctorsText } from './text/doctors.ts'
import { useWords } from './words.ts'

const ManageDoctors = graphql(`
  query ManageDoctors($clinicId: BigInt!, $name: String!, $byName: Boolean!, $after: Cursor) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after, orderBy: [FULL_NAME_ASC])
      @skip(if: $byName) {
      nodes { ...ManagedDoctor }
      pageInfo { hasNextPage endCursor }
    }
    findDoctors(clinicId: $clinicId, wanted: $name, pageSize: 100) @include(if: $byName) { ...ManagedDoctor }
  }
  fragment ManagedDoctor on Doctor {
    clinicId id fullName about isActive rowVersion
    doctorSpecializations(first: 20) { nodes { specialization { id name names } } }
  }
`)
const Reactivate = graphql(`
  mutation ReactivateDoctor($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int!) {
    updateDoctor(input: { clinicId: $clinicId, id: $id, patch: { isActive: true, rowVersion: $rowVersion } }) { doctor { id } }
  }
`)

export type { ManagedDoctor }

export const fieldsOf = (doctor: ManagedDoctor) =>
  doctor.doctorSpecializations.nodes.flatMap((node) => (node?.specialization ? [node.specialization] : []))

const onePage = <Node,>(nodes: readonly (Node | null)[] | null | undefined) => ({
  nodes: nodes ?? [],
  pageInfo: { hasNextPage: false, endCursor: null },
})

/** The doctors of a clinic: found, added, edited, taken out of service and back. */
export function DoctorsSection() {
  const { t } = useDoctorsText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [typed, setTyped] = useState('')
  const name = useDeferredValue(typed.trim())
  const [shown, setShown] = useState('active')
  const [edited, setEdited] = useState<ManagedDoctor | 'new'>()
  const [leaving, setLeaving] = useState<ManagedDoctor>()
  const asked = usePages(
    ManageDoctors,
    { clinicId: clinic.id, name, byName: name !== '' },
    ({ doctors, findDoctors }) => doctors ?? onePage(findDoctors),
  )
  return (
    <Section
      title={common.section.doctors}
      lead={t.lead}
      action={
        <button type="button" className="button primary" onClick={() => setEdited('new')}>
          {t.add}
        </button>
      }
    >
      <div className="filters">
        <Field label={t.search} type="search" value={typed} onChange={({ target }) => setTyped(target.value)} />
        <Choice label={t.show} value={shown} onChange={setShown}>
          <option value="active">{common.active}</option>
          <option value="all">{t.all}</option>
        </Choice>
      </div>
      <Listing
        asked={asked}
        pick={(doctors) => doctors.filter(({ isActive }) => shown === 'all' || isActive)}
        empty={
          <Empty title={name || asked.data?.nodes.length ? t.noneFound : t.emptyTitle}>
            {!name && <p>{t.empty}</p>}
          </Empty>
        }
      >
        {(doctor) => (
          <DoctorRow
            doctor={doctor}
            edit={() => setEdited(doctor)}
            leave={() => setLeaving(doctor)}
            changed={asked.again}
          />
        )}
      </Listing>
      {edited && (
        <DoctorSheet
          // The row as it is by now, after somebody else's change was loaded.
          doctor={edited === 'new' ? undefined : (asked.data?.nodes.find(({ id }) => id === edited.id) ?? edited)}
          changed={asked.again}
          close={() => setEdited(undefined)}
        />
      )}
      {leaving && <DeactivateDoctor doctor={leaving} changed={asked.again} close={() => setLeaving(undefined)} />}
    </Section>
  )
}

interface DoctorRowProps {
  doctor: ManagedDoctor
  edit(): void
  leave(): void
  changed(): void
}

function DoctorRow({ doctor, edit, leave, changed }: DoctorRowProps) {
  const { t, language } = useDoctorsText()
  const { t: common } = useManageText()
  const words = useWords()
  const { clinicId, id, fullName, about, isActive, rowVersion } = doctor
  const fields = fieldsOf(doctor).map((field) => nameIn(language, field))
  async function reactivate() {
    try {
      await ask(Reactivate, { clinicId, id, rowVersion })
      say(t.reactivated(fullName))
    } catch (error) {
      say(words(error))
    }
    changed()
  }
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{fullName}</h2>
        <p className={fields.length > 0 ? 'fields' : 'missing'}>{fields.join(', ') || t.noField}</p>
        {about && <p className="row-more">{about}</p>}
      </div>
      {!isActive && <ActiveTag active={false} />}
      <div className="row-actions">
        {isActive && (
          <Link
            href={`/manage/${clinicId}/templates?doctor=${id}`}
            className="button small"
            aria-label={t.planOf(fullName)}
          >
            {t.plan}
          </Link>
        )}
        <RowButton of={fullName} press={edit}>
          {common.edit}
        </RowButton>
        {isActive ? (
          <RowButton of={fullName} ends press={leave}>
            {common.deactivate}
          </RowButton>
        ) : (
          <RowButton of={fullName} press={reactivate}>
            {common.reactivate}
          </RowButton>
        )}
      </div>
    </>
  )
}
