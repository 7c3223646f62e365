import { useState } from 'react'
import type { StaffRole } from '../../data/generated/graphql.ts'
import { Select } from '../../parts/form/field.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useText } from '../../text/language.ts'
import { staffTexts } from '../../text/manage/staff.ts'
import type { Employee } from './employees.ts'

/** The role of a staff member, and the doctor they are, if any. */
export function RoleFields({ employee }: { employee?: Employee }) {
  const { t } = useText(staffTexts)
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
          // Rendered anew when the names arrive, so that the stored one is selected.
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
