import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { StaffRole } from '../graphql/generated/graphql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { usePages } from '../use_pages.ts'
import { FormSheet, Input, Select } from './form.tsx'
import { say } from './say.tsx'
import { EditEmployee, type Employee } from './staff.tsx'
import { useManageText } from './text/common.ts'
import { useStaffPagesText } from './text/staff.ts'

const DoctorNames = graphql(`
  query DoctorNames($clinicId: BigInt!, $after: Cursor) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after, orderBy: [FULL_NAME_ASC]) {
      nodes { id fullName isActive }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The active doctors of a clinic, by name. */
export function useDoctorNames() {
  const { clinic } = useWorkplace()
  return usePages(DoctorNames, { clinicId: clinic.id }, ({ doctors }) => doctors, { all: true })
}

/** As what somebody works, and which doctor they are. */
export function RoleFields({ employee }: { employee?: Employee }) {
  const { t } = useStaffPagesText()
  const [role, setRole] = useState<StaffRole>(employee?.role ?? 'RECEPTIONIST')
  const doctors = useDoctorNames().data?.nodes.filter(({ id, isActive }) => isActive || id === employee?.doctorId)
  return (
    <>
      <Select
        label={t.role}
        name="role"
        defaultValue={role}
        hint={t.roleHint[role]}
        onChange={(chosen) => setRole(chosen as StaffRole)}
      >
        {(['RECEPTIONIST', 'DOCTOR', 'MANAGER'] as const).map((each) => (
          <option key={each} value={each}>
            {t.roles[each]}
          </option>
        ))}
      </Select>
      {role !== 'RECEPTIONIST' && (
        <Select
          // Once the names are there, so that the one stored is chosen.
          key={String(doctors !== undefined)}
          label={t.doctor}
          name="doctorId"
          defaultValue={employee?.doctorId ?? ''}
          hint={t.doctorHint}
          required={role === 'DOCTOR'}
        >
          <option value="">{t.noDoctor}</option>
          {doctors?.map(({ id, fullName }) => (
            <option key={id} value={id}>
              {fullName}
            </option>
          ))}
        </Select>
      )}
    </>
  )
}

interface StaffSheetProps {
  employee: Employee
  changed(): void
  close(): void
}

/** A member of the staff: name and role. */
export function StaffSheet({ employee, changed, close }: StaffSheetProps) {
  const { t } = useStaffPagesText()
  const { t: common } = useManageText()
  const { person } = useWorkplace()
  const isSelf = employee.accountId === person.accountId && !person.isAdmin
  return (
    <FormSheet
      key={employee.rowVersion}
      title={t.edit(employee.fullName)}
      lead={isSelf && <p>{t.demoteSelf}</p>}
      submit={common.save}
      save={async ({ fullName = '', role, doctorId }) => {
        const { clinicId, id, rowVersion } = employee
        await ask(EditEmployee, {
          clinicId,
          id,
          patch: { fullName, role: role as StaffRole, doctorId: doctorId ?? null, rowVersion },
        })
        say(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => (code === 'check_violation' ? 'fullName' : undefined)}
      reload={changed}
      close={close}
    >
      <Input label={t.name} name="fullName" defaultValue={employee.fullName} maxLength={200} required />
      <RoleFields employee={employee} />
    </FormSheet>
  )
}
