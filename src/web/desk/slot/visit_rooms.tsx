import { graphql } from '../../data/generated/gql.ts'
import type { RoomsOfBookingQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Labelled } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskRoomsTexts } from '../../text/desk/rooms.ts'
import { useText } from '../../text/language.ts'
import { bookingOf, type DeskSlot } from '../data/slots.ts'

const RoomsOfBooking = graphql(`
  query RoomsOfBooking($clinicId: BigInt!, $bookingId: BigInt!) {
    resourceClaims(
      first: 20, filter: { clinicId: { equalTo: $clinicId }, bookingId: { equalTo: $bookingId } }
      orderBy: [NEED_ASC]
    ) {
      nodes { need resource { id name } }
    }
    booking(clinicId: $clinicId, id: $bookingId) {
      service { serviceNeeds(first: 100) { nodes { need resourceId } } }
    }
    resourcesForBooking(clinicId: $clinicId, bookingId: $bookingId, first: 100) { nodes { id name } }
  }
`)
const ChangeRoom = graphql(`
  mutation ChangeRoom($clinicId: BigInt!, $bookingId: BigInt!, $resourceId: BigInt!) {
    changeBookingResource(input: { clinicId: $clinicId, bookingId: $bookingId, resourceId: $resourceId }) {
      booking { id }
    }
  }
`)

type Claim = NonNullable<NonNullable<RoomsOfBookingQuery['resourceClaims']>['nodes'][number]>

/** The rooms and the equipment of a visit, which the desk can change. */
export function VisitRooms({ slot }: { slot: DeskSlot }) {
  const { t } = useText(deskRoomsTexts)
  const { isDesk } = useWorkplace()
  const booking = bookingOf(slot)
  const of = booking?.service?.takesResources ? { clinicId: slot.clinicId, bookingId: booking.id } : null
  const { data, pending, refetch } = useQuery(RoomsOfBooking, of)
  const claims = (data?.resourceClaims?.nodes ?? []).filter((claim): claim is Claim => !!claim?.resource)
  if (!of || claims.length === 0) return <Pending when={pending} />
  const needs = data?.booking?.service?.serviceNeeds.nodes ?? []
  const others = ({ need, resource }: Claim) =>
    (data?.resourcesForBooking?.nodes ?? []).filter(
      (free) =>
        free && free.id !== resource?.id && needs.some((each) => each?.need === need && each.resourceId === free.id),
    )
  return (
    <section aria-label={t.title}>
      <p className="field-label">{t.title}</p>
      {claims.map((claim) => {
        const free = others(claim).filter((each) => each !== null)
        const name = claim.resource?.name ?? ''
        return isDesk && free.length > 0 ? (
          <Form
            key={`${claim.need} ${claim.resource?.id}`}
            plain
            submit={t.change(name)}
            onSubmit={async ({ resource = '' }) => {
              await request(ChangeRoom, { ...of, resourceId: resource })
              showToast(t.changed)
              refetch()
            }}
          >
            <Labelled label={t.has(name)}>
              {(ties) => (
                <select {...ties} name="resource">
                  {free.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.name}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
          </Form>
        ) : (
          <p key={claim.need}>{name}</p>
        )
      })}
    </section>
  )
}
