import { useState } from 'react'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { staffTexts } from '../../text/manage/staff.ts'
import { AddButton, currentEntry, EntryActions } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { EditEmployee, type Employee, ManageStaff } from './employees.ts'
import { InviteSheet } from './invite_sheet.tsx'
import { OpenInvitations } from './open_invitations.tsx'
import { StaffSheet } from './staff_sheet.tsx'

const setActive = ({ clinicId, id, rowVersion }: Employee, isActive: boolean) =>
  request(EditEmployee, { clinicId, id, patch: { isActive, rowVersion } })

/** The staff of a clinic: invite, change roles, deactivate. */
export function StaffSection() {
  const { t } = useText(staffTexts)
  const { t: common } = useText(manageTexts)
  const { clinic, person } = useWorkplace()
  const [edited, setEdited] = useState<Employee>()
  const [ended, setEnded] = useState<Employee>()
  const [inviting, setInviting] = useState(false)
  // Changing this key reloads the open invitations.
  const [invited, setInvited] = useState(0)
  const query = usePaginatedQuery(ManageStaff, { clinicId: clinic.id }, (result) => result.employees)

  return (
    <Section
      title={common.section.staff}
      lead={t.lead}
      action={<AddButton press={() => setInviting(true)}>{t.invite}</AddButton>}
    >
      <Listing query={query} empty={<Empty title={t.emptyTitle} />}>
        {(employee) => (
          <EmployeeRow
            employee={employee}
            edit={() => setEdited(employee)}
            deactivate={() => setEnded(employee)}
            changed={query.refetch}
          />
        )}
      </Listing>
      <OpenInvitations key={invited} />
      {inviting && <InviteSheet invited={() => setInvited((n) => n + 1)} close={() => setInviting(false)} />}
      {edited && (
        <StaffSheet employee={currentEntry(query, edited)} changed={query.refetch} close={() => setEdited(undefined)} />
      )}
      {ended && (
        <Confirm
          title={t.deactivateTitle(ended.fullName)}
          submit={common.deactivate}
          confirm={async () => {
            await setActive(ended, false)
            showToast(t.deactivated(ended.fullName))
            query.refetch()
            setEnded(undefined)
          }}
          close={() => setEnded(undefined)}
        >
          <p>{ended.accountId === person.accountId ? t.deactivateSelf : t.deactivateLead}</p>
        </Confirm>
      )}
    </Section>
  )
}

interface EmployeeRowProps {
  employee: Employee
  edit(): void
  deactivate(): void
  changed(): void
}

function EmployeeRow({ employee, edit, deactivate, changed }: EmployeeRowProps) {
  const { t } = useText(staffTexts)
  const { t: common } = useText(manageTexts)
  const { person } = useWorkplace()
  const errorText = useErrorText()

  async function reactivate() {
    await setActive(employee, true).then(
      () => showToast(t.reactivated(employee.fullName)),
      (error) => showToast(errorText(error)),
    )
    changed()
  }

  return (
    <>
      <div className="row-words">
        <h2 className="row-title">
          {employee.fullName}
          {employee.accountId === person.accountId && <span className="tag">{t.you}</span>}
        </h2>
        <p className="fields">
          {t.roles[employee.role]}
          {employee.doctor && ` · ${employee.doctor.fullName}`}
        </p>
        {employee.email && <p className="row-more">{employee.email}</p>}
      </div>
      <EntryActions
        name={employee.fullName}
        isActive={employee.isActive}
        edit={edit}
        end={deactivate}
        endText={common.deactivate}
        reactivate={reactivate}
      />
    </>
  )
}
