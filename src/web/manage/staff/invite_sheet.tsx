import { graphql } from '../../data/generated/gql.ts'
import type { StaffRole } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { staffTexts } from '../../text/manage/staff.ts'
import { RoleFields } from './role_fields.tsx'

const InviteEmployee = graphql(`
  mutation InviteEmployee($clinicId: BigInt!, $email: String!, $fullName: String!, $role: StaffRole!, $doctorId: BigInt) {
    inviteEmployee(
      input: { clinicId: $clinicId, email: $email, fullName: $fullName, role: $role, doctorId: $doctorId }
    ) { invitation { email } }
  }
`)

/** Invites somebody to the staff. The link is mailed to the invited address, and shown to nobody else. */
export function InviteSheet({ close, invited }: { close(): void; invited?(): void }) {
  const { t } = useText(staffTexts)
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      title={t.invite}
      lead={<p>{t.inviteLead}</p>}
      submit={t.inviteSubmit}
      onSubmit={async ({ email = '', fullName = '', role, doctorId = null }) => {
        const made = await request(InviteEmployee, {
          clinicId: clinic.id,
          email,
          fullName,
          role: role as StaffRole,
          doctorId,
        })
        invited?.()
        showToast(t.invited(made.inviteEmployee?.invitation?.email ?? email))
        close()
      }}
      fieldOf={({ code }) => ({ invalid_email: 'email', doctor_not_found: 'doctorId' })[code]}
      close={close}
    >
      <Field label={t.name} name="fullName" maxLength={200} autoComplete="off" required />
      <Field label={t.email} name="email" type="email" autoComplete="off" required />
      <RoleFields />
    </FormSheet>
  )
}
