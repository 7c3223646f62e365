import { graphql } from '../../data/generated/gql.ts'
import type { DeskWithdrawDayMutation } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { bookingOf, type DeskSlot } from './slots.ts'

const AddPatient = graphql(`
  mutation DeskAddPatient($input: AddClinicCustomerInput!) {
    addClinicCustomer(input: $input) { clinicCustomer { customerId } }
  }
`)
const Book = graphql(`
  mutation DeskBook($input: BookSlotInput!) { bookSlot(input: $input) { booking { bookingSlot { ...DeskSlot } } } }
`)
const CheckIn = graphql(`
  mutation DeskCheckIn($input: CheckInInput!) { checkIn(input: $input) { booking { bookingSlot { ...DeskSlot } } } }
`)
const Complete = graphql(`
  mutation DeskComplete($input: CompleteBookingInput!) {
    completeBooking(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const NoShow = graphql(`
  mutation DeskNoShow($input: MarkNoShowInput!) { markNoShow(input: $input) { booking { bookingSlot { ...DeskSlot } } } }
`)
const UndoCheckIn = graphql(`
  mutation DeskUndoCheckIn($input: UndoCheckInInput!) {
    undoCheckIn(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const UndoCompletion = graphql(`
  mutation DeskUndoCompletion($input: UndoCompletionInput!) {
    undoCompletion(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const UndoNoShow = graphql(`
  mutation DeskUndoNoShow($input: UndoNoShowInput!) {
    undoNoShow(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const Cancel = graphql(`
  mutation DeskCancel($input: CancelBookingInput!) {
    cancelBooking(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const Move = graphql(`
  mutation DeskMove($input: RescheduleBookingInput!) {
    rescheduleBooking(input: $input) { booking { bookingSlot { ...DeskSlot } } }
  }
`)
const SendNewLink = graphql(`
  mutation DeskSendNewLink($input: SendNewLinkInput!) { sendNewLink(input: $input) { clientMutationId } }
`)
const Withdraw = graphql(`
  mutation DeskWithdraw($input: WithdrawSlotInput!) { withdrawSlot(input: $input) { bookingSlot { ...DeskSlot } } }
`)
const Reopen = graphql(`
  mutation DeskReopen($input: CreateBookingSlotInput!) {
    createBookingSlot(input: $input) { bookingSlot { ...DeskSlot } }
  }
`)
const Release = graphql(`
  mutation DeskRelease($input: ReleaseHoldInput!) { releaseHold(input: $input) { bookingSlot { ...DeskSlot } } }
`)
const OpenOffered = graphql(`
  mutation DeskOpenOffered($input: OpenOfferedSlotInput!) {
    openOfferedSlot(input: $input) { bookingSlot { ...DeskSlot } }
  }
`)
const WithdrawDay = graphql(`
  mutation DeskWithdrawDay($input: WithdrawDayInput!, $clinicId: BigInt!, $doctorId: BigInt!, $slotDate: Date!) {
    withdrawDay(input: $input) {
      bookings { id startsAt clinicCustomer { fullName phone } bookingSlot { ...DeskSlot } }
      query {
        bookingsToPhone(clinicId: $clinicId, doctorId: $doctorId, slotDate: $slotDate, pageSize: 100) { id }
      }
    }
  }
`)
/** The patients who would get no message and have to be phoned. */
export const DeskWithoutAddress = graphql(`
  query DeskWithoutAddress($clinicId: BigInt!, $customerIds: [BigInt]!, $kind: NotificationKind!) {
    customersWithoutAddress(clinicId: $clinicId, customerIds: $customerIds, kind: $kind)
  }
`)
const SaveNotes = graphql(`
  mutation DeskSaveNotes($input: UpdateClinicCustomerInput!) {
    updateClinicCustomer(input: $input) { clinicCustomer { notes rowVersion } }
  }
`)

export interface NewPatient {
  fullName: string
  phone?: string
  email?: string
  preferredLanguage?: string
}

type Saved = { booking?: { bookingSlot: DeskSlot | null } | null; bookingSlot?: DeskSlot | null } | null | undefined

/** The slot in the response of a mutation. */
const slotIn = (saved: Saved): DeskSlot[] => {
  const slot = saved?.booking?.bookingSlot ?? saved?.bookingSlot
  return slot ? [slot] : []
}

/**
 * The actions of the desk on a slot. Each returns the changed slots and throws as request() does. An action that is
 * sent again with the same input, after a double click or a lost response, takes effect once.
 */
export function useActions(of: DeskSlot) {
  const keyed = useKeyed()
  const { clinicId, customerId, timeSlotId, doctorId, slotDate } = of
  const slot = { clinicId, bookingSlotId: of.id }
  const booking = { clinicId, bookingId: bookingOf(of)?.id ?? '0' }
  const whose = { clinicId, customerId: customerId ?? '0' }

  return {
    async bookFor(
      patient: string,
      note: string | undefined,
      serviceId: string | undefined,
      online: boolean | undefined,
    ) {
      return slotIn(
        (await request(Book, { input: keyed({ ...slot, customerId: patient, note, serviceId, online }) })).bookSlot,
      )
    },
    /** Throws similar_customer_exists if the records have a similar patient, unless `addAnyway` is set. */
    async addPatient(patient: NewPatient, addAnyway: boolean) {
      const { addClinicCustomer } = await request(AddPatient, { input: keyed({ clinicId, ...patient, addAnyway }) })
      return addClinicCustomer?.clinicCustomer?.customerId ?? '0'
    },
    checkIn: async () => slotIn((await request(CheckIn, { input: keyed(booking, 'check-in') })).checkIn),
    complete: async () => slotIn((await request(Complete, { input: keyed(booking, 'complete') })).completeBooking),
    noShow: async () => slotIn((await request(NoShow, { input: keyed(booking, 'no-show') })).markNoShow),
    undoCheckIn: async () =>
      slotIn((await request(UndoCheckIn, { input: keyed(booking, 'undo check-in') })).undoCheckIn),
    undoCompletion: async () =>
      slotIn((await request(UndoCompletion, { input: keyed(booking, 'undo complete') })).undoCompletion),
    undoNoShow: async () => slotIn((await request(UndoNoShow, { input: keyed(booking, 'undo no-show') })).undoNoShow),
    cancel: async (reason: string | undefined) =>
      slotIn((await request(Cancel, { input: keyed({ ...booking, reason }, 'cancel') })).cancelBooking),
    /** Moves the booking to another slot, and to another service or to none if that is given. */
    async moveTo(to: DeskSlot, service: { serviceId?: string | undefined; withoutService?: boolean }) {
      const input = keyed({ ...booking, bookingSlotId: to.id, ...service }, 'move')
      return slotIn((await request(Move, { input })).rescheduleBooking)
    },
    withdraw: async (reason: string | undefined, cascade: boolean) =>
      slotIn((await request(Withdraw, { input: keyed({ ...slot, reason, cascade }, 'withdraw') })).withdrawSlot),
    async reopen() {
      const [slot] = slotIn(
        (await request(Reopen, { input: keyed({ clinicId, doctorId, timeSlotId, slotDate }, 'reopen') }))
          .createBookingSlot,
      )
      if (!slot || slot.id === of.id) return slot ? [slot] : []
      // The times of its time slot were changed after it was withdrawn, and another slot has replaced it.
      return [{ ...of, superseded: true }, slot]
    },
    release: async () =>
      slotIn((await request(Release, { input: keyed({ ...slot, ...whose }, 'release') })).releaseHold),
    openToAll: async () => slotIn((await request(OpenOffered, { input: slot })).openOfferedSlot),
    sendNewLink: async () => void (await request(SendNewLink, { input: booking })),
    saveNotes: async (notes: string | undefined, rowVersion: number) =>
      void (await request(SaveNotes, { input: { ...whose, patch: { notes: notes ?? null, rowVersion } } })),
  }
}

type Ended = NonNullable<NonNullable<DeskWithdrawDayMutation['withdrawDay']>['bookings']>[number]
/** A cancelled booking, and whether its patient has to be phoned because no message can be sent. */
export type EndedBooking = Ended & { isToPhone: boolean }

/** Withdraws the rest of a doctor's day and returns the cancelled bookings. Throws as request() does. */
export function useWithdrawDay() {
  const keyed = useKeyed()
  return async (day: {
    clinicId: string
    doctorId: string
    slotDate: string
    reason?: string
  }): Promise<EndedBooking[]> => {
    const { clinicId, doctorId, slotDate } = day
    const { withdrawDay } = await request(WithdrawDay, {
      input: keyed({ ...day, cascade: true }),
      clinicId,
      doctorId,
      slotDate,
    })
    const toPhone = new Set(withdrawDay?.query?.bookingsToPhone?.map((booking) => booking?.id))
    return (withdrawDay?.bookings ?? []).map((booking) => ({ ...booking, isToPhone: toPhone.has(booking.id) }))
  }
}
