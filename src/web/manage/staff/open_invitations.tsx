import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageInvitationsQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Listing, RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { staffTexts } from '../../text/manage/staff.ts'
import { dayAndClock } from '../../time/time.ts'

const ManageInvitations = graphql(`
  query ManageInvitations($clinicId: BigInt!, $after: Cursor) {
    openInvitations(clinicId: $clinicId, first: 20, after: $after) {
      nodes { id email fullName role expiresAt delivery }
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

/** The invitations that have not been accepted yet, if there are any. */
export function OpenInvitations() {
  const { t, locale } = useText(staffTexts)
  const { clinic } = useWorkplace()
  const [revoked, setRevoked] = useState<Invitation>()
  const query = usePaginatedQuery(ManageInvitations, { clinicId: clinic.id }, (result) => result.openInvitations)
  if (!query.data || query.data.nodes.length === 0) return <Pending when={query.pending} />
  return (
    <section className="below" aria-labelledby="invitations">
      <h2 id="invitations">{t.open}</h2>
      <Listing query={query} empty={null}>
        {(invitation) => (
          <>
            <div className="row-words">
              <h3 className="row-title">{invitation.fullName}</h3>
              <p className="fields">{invitation.role && t.roles[invitation.role]}</p>
              <p className="row-more">
                {invitation.email}
                {invitation.delivery && `, ${t.delivery[invitation.delivery] ?? ''}`}
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
            await request(RevokeInvitation, { clinicId: clinic.id, invitationId: revoked.id ?? '' })
            showToast(t.revoked)
            query.refetch()
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
