import { graphql } from '../../data/generated/gql.ts'
import { type Person, request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { minutesOf, plusMinutes } from '../../time/interval.ts'
import { lengthOf } from '../parts/chosen_service.tsx'
import { usePayment } from '../pay/use_payment.ts'

const SlotToBook = graphql(`
  query SlotToBook($clinicId: BigInt!, $slotId: BigInt!, $doctorId: BigInt!, $serviceId: BigInt, $id: BigInt!, $hasService: Boolean!) {
    slotBookability(clinicId: $clinicId, bookingSlotId: $slotId, serviceId: $serviceId) { refusedAs }
    bookingSlot(clinicId: $clinicId, id: $slotId) { startsAt endsAt slotDate }
    clinic(id: $clinicId) { name timeZone address phone policy { acceptsGuests } }
    doctor(clinicId: $clinicId, id: $doctorId) { fullName }
    service(clinicId: $clinicId, id: $id) @include(if: $hasService) { ...ChosenService }
  }
`)

interface Wanted {
  clinicId: string
  slotId: string
  doctorId: string
  serviceId: string | undefined
}

export type VisitToBook = ReturnType<typeof useVisitToBook>

/**
 * What a slot would be booked as: when the visit begins and ends, and how it is paid. `given` is the start by the address of
 * the page, until the slot is loaded. `person` is undefined until it is known who is signed in.
 */
export function useVisitToBook(
  { clinicId, slotId, doctorId, serviceId }: Wanted,
  given: string,
  person: Person | null | undefined,
) {
  const { data, error, refetch } = useSlotToBook({ clinicId, slotId, doctorId, serviceId }, person)
  const service = data?.service ?? undefined
  const slotStart = data?.bookingSlot && plusMinutes(data.bookingSlot.startsAt, minutesOf(service?.bufferBefore))
  const startsAt = slotStart ?? (Number.isNaN(Date.parse(given)) ? undefined : given)
  const minutes = service && lengthOf(service)
  const slotDate = data?.bookingSlot?.slotDate
  const priced =
    service?.isPriced && serviceId && slotDate ? { clinicId, serviceId, doctorId, visitDate: slotDate } : null
  const { price, payment, ...pricing } = usePayment(serviceId !== undefined && data === undefined ? undefined : priced)
  return {
    data,
    error,
    refetch,
    service,
    startsAt,
    endsAt: minutes && startsAt ? plusMinutes(startsAt, minutes) : data?.bookingSlot?.endsAt,
    /** How long the service takes with this doctor. */
    minutes,
    price,
    payment,
    pricing,
    /** Whether the service and the way of paying are known. The visit is never booked without the service that was chosen. */
    isKnown: payment !== undefined && (serviceId === undefined || service !== undefined),
  }
}

/**
 * The result for the previous slot is kept until the one for this slot arrives; it is ignored here. Only the person for whom a slot
 * is held sees it, so it is asked for as that person, and again after signing in.
 */
function useSlotToBook(slot: Wanted, person: Person | null | undefined) {
  const what = JSON.stringify(slot)
  const key = person === undefined ? null : `${what} ${person?.accountId}`
  const { data, error, refetch } = useAsync(key, async (signal) => {
    const service = { id: slot.serviceId ?? '0', hasService: slot.serviceId !== undefined }
    return { what, ...(await request(SlotToBook, { ...slot, ...service }, signal)) }
  })
  return { data: data?.what === what ? data : undefined, error, refetch }
}
