import { useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { doctorsTexts } from '../../text/manage/doctors.ts'
import { AddButton, currentEntry, EntryActions } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { DeactivateDoctor } from './deactivate_doctor.tsx'
import { DoctorSheet } from './doctor_sheet.tsx'
import { fieldsOf, type ManagedDoctor } from './managed_doctor.ts'

const ManageDoctors = graphql(`
  query ManageDoctors($clinicId: BigInt!, $name: String!, $byName: Boolean!, $after: Cursor) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after, orderBy: [FULL_NAME_ASC])
      @skip(if: $byName) {
      nodes { ...ManagedDoctor }
      pageInfo { hasNextPage endCursor }
    }
    findDoctors(clinicId: $clinicId, wanted: $name, pageSize: 100) @include(if: $byName) { ...ManagedDoctor }
  }
`)
const Reactivate = graphql(`
  mutation ReactivateDoctor($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int!) {
    updateDoctor(input: { clinicId: $clinicId, id: $id, patch: { isActive: true, rowVersion: $rowVersion } }) { doctor { id } }
  }
`)

const onePage = <Node,>(nodes: readonly (Node | null)[] | null | undefined) => ({
  nodes: nodes ?? [],
  pageInfo: { hasNextPage: false, endCursor: null },
})

/** The doctors of a clinic: search, add, edit, deactivate and reactivate. */
export function DoctorsSection() {
  const { t } = useText(doctorsTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [typed, setTyped] = useState('')
  const name = useDeferredValue(typed.trim())
  const [shown, setShown] = useState('active')
  const [edited, setEdited] = useState<ManagedDoctor | 'new'>()
  const [leaving, setLeaving] = useState<ManagedDoctor>()
  const query = usePaginatedQuery(
    ManageDoctors,
    { clinicId: clinic.id, name, byName: name !== '' },
    ({ doctors, findDoctors }) => doctors ?? onePage(findDoctors),
  )
  return (
    <Section
      title={common.section.doctors}
      lead={t.lead}
      action={<AddButton press={() => setEdited('new')}>{t.add}</AddButton>}
    >
      <div className="filters">
        <Field label={t.search} type="search" value={typed} onChange={({ target }) => setTyped(target.value)} />
        <Select label={t.show} value={shown} onChange={setShown}>
          <option value="active">{common.active}</option>
          <option value="all">{t.all}</option>
        </Select>
      </div>
      <Listing
        query={query}
        pick={(doctors) => doctors.filter(({ isActive }) => shown === 'all' || isActive)}
        empty={
          <Empty title={name || query.data?.nodes.length ? t.noneFound : t.emptyTitle}>
            {!name && <p>{t.empty}</p>}
          </Empty>
        }
      >
        {(doctor) => (
          <DoctorRow
            doctor={doctor}
            edit={() => setEdited(doctor)}
            leave={() => setLeaving(doctor)}
            changed={query.refetch}
          />
        )}
      </Listing>
      {edited && (
        <DoctorSheet doctor={currentEntry(query, edited)} changed={query.refetch} close={() => setEdited(undefined)} />
      )}
      {leaving && <DeactivateDoctor doctor={leaving} changed={query.refetch} close={() => setLeaving(undefined)} />}
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
  const { t, language } = useText(doctorsTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()
  const { clinicId, id, fullName, about, isActive, rowVersion } = doctor
  const fields = fieldsOf(doctor).map((field) => nameIn(language, field))
  async function reactivate() {
    try {
      await request(Reactivate, { clinicId, id, rowVersion })
      showToast(t.reactivated(fullName))
    } catch (error) {
      showToast(errorText(error))
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
      <EntryActions
        name={fullName}
        isActive={isActive}
        edit={edit}
        end={leave}
        endText={common.deactivate}
        reactivate={reactivate}
      >
        {isActive && (
          <Link
            href={`/manage/${clinicId}/templates?doctor=${id}`}
            className="button small"
            aria-label={t.planOf(fullName)}
          >
            {t.plan}
          </Link>
        )}
      </EntryActions>
    </>
  )
}
