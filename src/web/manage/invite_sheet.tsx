import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { InviteEmployeeMutation, StaffRole } from '../graphql/generated/graphql.ts'
import { Field } from '../parts/field.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dayAndClock } from '../time.ts'
import { FormSheet, Input } from './form.tsx'
import { RoleFields } from './staff_sheet.tsx'
import { useManageText } from './text/common.ts'
import { useStaffPagesText } from './text/staff.ts'

const InviteEmployee = graphql(`
  mutation InviteEmployee($clinicId: BigInt!, $email: String!, $fullName: String!, $role: StaffRole!, $doctorId: BigInt) {
    inviteEmployee(
      input: { clinicId: $clinicId, email: $email, fullName: $fullName, role: $role, doctorId: $doctorId }
    ) { invitation { email token expiresAt } }
  }
`)

type Invitation = NonNullable<NonNullable<InviteEmployeeMutation['inviteEmployee']>['invitation']>

/** Invites somebody to the staff. The link is shown once, for the manager to send. */
export function InviteSheet({ close, invited }: { close(): void; invited?(): void }) {
  const { t } = useStaffPagesText()
  const { clinic } = useWorkplace()
  const [invitation, setInvitation] = useState<Invitation>()
  if (invitation) return <InvitationLink invitation={invitation} close={close} />
  return (
    <FormSheet
      title={t.invite}
      lead={<p>{t.inviteLead}</p>}
      submit={t.inviteSubmit}
      save={async ({ email = '', fullName = '', role, doctorId = null }) => {
        const made = await ask(InviteEmployee, {
          clinicId: clinic.id,
          email,
          fullName,
          role: role as StaffRole,
          doctorId,
        })
        invited?.()
        if (made.inviteEmployee?.invitation) setInvitation(made.inviteEmployee.invitation)
      }}
      fieldOf={({ code }) => ({ invalid_email: 'email', doctor_not_found: 'doctorId' })[code]}
      close={close}
    >
      <Input label={t.name} name="fullName" maxLength={200} autoComplete="off" required />
      <Input label={t.email} name="email" type="email" autoComplete="off" required />
      <RoleFields />
    </FormSheet>
  )
}

function InvitationLink({ invitation, close }: { invitation: Invitation; close(): void }) {
  const { t, locale } = useStaffPagesText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [copied, setCopied] = useState(false)
  // Behind #, which browsers send to no server: the token must not stand in logs.
  const link = `${location.origin}/manage/accept#${invitation.token}`
  return (
    <Sheet title={t.invited(invitation.email ?? '')} close={close}>
      <p>{t.linkLead(dayAndClock(invitation.expiresAt ?? '', clinic.timeZone, locale))}</p>
      <Field label={t.link} value={link} readOnly onFocus={({ target }) => target.select()} />
      <p className="visually-hidden" role="status">
        {copied && common.copied}
      </p>
      <div className="form-end">
        <button
          type="button"
          className="button primary"
          onClick={() => navigator.clipboard?.writeText(link).then(() => setCopied(true))}
        >
          {copied ? common.copied : common.copy}
        </button>
        <button type="button" className="button" onClick={close}>
          {t.done}
        </button>
      </div>
    </Sheet>
  )
}
