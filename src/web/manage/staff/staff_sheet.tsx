import type { StaffRole } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { staffTexts } from '../../text/manage/staff.ts'
import { EditEmployee, type Employee } from './employees.ts'
import { RoleFields } from './role_fields.tsx'

interface StaffSheetProps {
  employee: Employee
  changed(): void
  close(): void
}

/** Edits the name and the role of a staff member. */
export function StaffSheet({ employee, changed, close }: StaffSheetProps) {
  const { t } = useText(staffTexts)
  const { t: common } = useText(manageTexts)
  const { person } = useWorkplace()
  const isSelf = employee.accountId === person.accountId && !person.isAdmin
  return (
    <FormSheet
      key={employee.rowVersion}
      title={t.edit(employee.fullName)}
      lead={isSelf && <p>{t.demoteSelf}</p>}
      submit={common.save}
      onSubmit={async ({ fullName = '', role, doctorId }) => {
        const { clinicId, id, rowVersion } = employee
        await request(EditEmployee, {
          clinicId,
          id,
          patch: { fullName, role: role as StaffRole, doctorId: doctorId ?? null, rowVersion },
        })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => (code === 'check_violation' ? 'fullName' : undefined)}
      reload={changed}
      close={close}
    >
      <Field label={t.name} name="fullName" defaultValue={employee.fullName} maxLength={200} required />
      <RoleFields employee={employee} />
    </FormSheet>
  )
}
