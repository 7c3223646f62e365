import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageStaffQuery } from '../graphql/generated/graphql.ts'
import { Empty } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { usePages } from '../use_pages.ts'
import { Confirm } from './form.tsx'
import { InviteSheet } from './invite_sheet.tsx'
import { OpenInvitations } from './open_invitations.tsx'
import { say } from './say.tsx'
import { ActiveTag, Listing, RowButton, Section } from './section.tsx'
import { StaffSheet } from './staff_sheet.tsx'
import { useManageText } from './text/common.ts'
import { useStaffPagesText } from './text/staff.ts'
import { useWords } from './words.ts'

const ManageStaff = graphql(`
  query ManageStaff($clinicId: BigInt!, $after: Cursor) {
    employees(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after) {
      nodes { clinicId id accountId fullName email role isActive rowVersion doctorId doctor { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
export const EditEmployee = graphql(`
  mutation EditEmployee($clinicId: BigInt!, $id: BigInt!, $patch: EmployeePatch!) {
    updateEmployee(input: { clinicId: $clinicId, id: $id, patch: $patch }) { employee { id } }
  }
`)

export type Employee = NonNullable<NonNullable<ManageStaffQuery['employees']>['nodes'][number]>

/** Who works in a clinic: invited, given roles, and ended. */
export function StaffSection() {
  const { t } = useStaffPagesText()
  const { t: common } = useManageText()
  const { clinic, person } = useWorkplace()
  const words = useWords()
  const [edited, setEdited] = useState<Employee>()
  const [ended, setEnded] = useState<Employee>()
  const [inviting, setInviting] = useState(false)
  // The open invitations are read again when there is one more.
  const [invited, setInvited] = useState(0)
  const asked = usePages(ManageStaff, { clinicId: clinic.id }, (result) => result.employees)

  const setActive = ({ clinicId, id, rowVersion }: Employee, isActive: boolean) =>
    ask(EditEmployee, { clinicId, id, patch: { isActive, rowVersion } })

  return (
    <Section
      title={common.section.staff}
      lead={t.lead}
      action={
        <button type="button" className="button primary" onClick={() => setInviting(true)}>
          {t.invite}
        </button>
      }
    >
      <Listing asked={asked} empty={<Empty title={t.emptyTitle} />}>
        {(employee) => (
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
            {!employee.isActive && <ActiveTag active={false} />}
            <div className="row-actions">
              <RowButton of={employee.fullName} press={() => setEdited(employee)}>
                {common.edit}
              </RowButton>
              {employee.isActive ? (
                <RowButton of={employee.fullName} ends press={() => setEnded(employee)}>
                  {common.deactivate}
                </RowButton>
              ) : (
                <RowButton
                  of={employee.fullName}
                  press={async () => {
                    await setActive(employee, true).then(
                      () => say(t.reactivated(employee.fullName)),
                      (error) => say(words(error)),
                    )
                    asked.again()
                  }}
                >
                  {common.reactivate}
                </RowButton>
              )}
            </div>
          </>
        )}
      </Listing>
      <OpenInvitations key={invited} />
      {inviting && <InviteSheet invited={() => setInvited((n) => n + 1)} close={() => setInviting(false)} />}
      {edited && (
        <StaffSheet
          employee={asked.data?.nodes.find(({ id }) => id === edited.id) ?? edited}
          changed={asked.again}
          close={() => setEdited(undefined)}
        />
      )}
      {ended && (
        <Confirm
          title={t.deactivateTitle(ended.fullName)}
          submit={common.deactivate}
          confirm={async () => {
            await setActive(ended, false)
            say(t.deactivated(ended.fullName))
            asked.again()
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
