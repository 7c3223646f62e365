import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageInvitationsQuery } from '../graphql/generated/graphql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dayAndClock } from '../time.ts'
import { usePages } from '../use_pages.ts'
import { Confirm } from './form.tsx'
import { say } from './say.tsx'
import { Listing, RowButton } from './section.tsx'
import { useStaffPagesText } from './text/staff.ts'

const ManageInvitations = graphql(`
  query ManageInvitations($clinicId: BigInt!, $after: Cursor) {
    openInvitations(clinicId: $clinicId, first: 20, after: $after) {
      nodes { id email fullName role expiresAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const RevokeInvitation = graphql(`
  mutation RevokeInvitation($clinicId: BigInt!, $invitationId: BigInt!) {
    revokeInvitation(input: { clinicId: $clinicId, invitationId: $invitationId }) { clientMutationId }
  }
`)

type Invitation = NonNullable<NonNullable<ManageInvitationsQuery['openInvitations']>['nodes'][number]>

/** Who has been invited and has not come yet, if anybody. */
export function OpenInvitations() {
  const { t, locale } = useStaffPagesText()
  const { clinic } = useWorkplace()
  const [revoked, setRevoked] = useState<Invitation>()
  const asked = usePages(ManageInvitations, { clinicId: clinic.id }, (result) => result.openInvitations)
  if (!asked.data || asked.data.nodes.length === 0) return null
  return (
    <section className="below" aria-labelledby="invitations">
      <h2 id="invitations">{t.open}</h2>
      <Listing asked={asked} empty={null}>
        {(invitation) => (
          <>
            <div className="row-words">
              <h3 className="row-title">{invitation.fullName}</h3>
              <p className="fields">{invitation.role && t.roles[invitation.role]}</p>
              <p className="row-more">
                {invitation.email}
                {invitation.expiresAt && `, ${t.until(dayAndClock(invitation.expiresAt, clinic.timeZone, locale))}`}
              </p>
            </div>
            <div className="row-actions">
              <RowButton of={invitation.fullName ?? ''} ends press={() => setRevoked(invitation)}>
                {t.revoke}
              </RowButton>
            </div>
          </>
        )}
      </Listing>
      {revoked && (
        <Confirm
          title={t.revokeTitle(revoked.email ?? '')}
          submit={t.revoke}
          confirm={async () => {
            await ask(RevokeInvitation, { clinicId: clinic.id, invitationId: revoked.id ?? '' })
            say(t.revoked)
            asked.again()
            setRevoked(undefined)
          }}
          close={() => setRevoked(undefined)}
        >
          <p>{t.revokeLead}</p>
        </Confirm>
      )}
    </section>
  )
}
