import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { DeskWithdrawDayMutation } from '../graphql/generated/graphql.ts'
import { newKey } from '../new_key.ts'
import { ask } from '../session.ts'
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
/** Which patients would get no message, and have to be phoned. */
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

/** The slot that an answer is about. */
const slotIn = (saved: Saved): DeskSlot[] => {
  const slot = saved?.booking?.bookingSlot ?? saved?.bookingSlot
  return slot ? [slot] : []
}

/**
 * What the desk does with a slot; each gives the slots as they are then, and throws as ask() does. Sent again with the
 * same input, after a double click or a lost answer, it is done once.
 */
export function useActions(of: DeskSlot) {
  const keyed = useKeyed()
  const { clinicId, customerId, timeSlotId, doctorId, slotDate } = of
  const slot = { clinicId, bookingSlotId: of.id }
  const booking = { clinicId, bookingId: bookingOf(of)?.id ?? '0' }
  const whose = { clinicId, customerId: customerId ?? '0' }

  return {
    async bookFor(patient: string, note: string | undefined) {
      return slotIn((await ask(Book, { input: keyed({ ...slot, customerId: patient, note }) })).bookSlot)
    },
    /** Throws similar_customer_exists when the records have somebody like this, unless it is to be done anyway. */
    async addPatient(patient: NewPatient, addAnyway: boolean) {
      const { addClinicCustomer } = await ask(AddPatient, { input: keyed({ clinicId, ...patient, addAnyway }) })
      return addClinicCustomer?.clinicCustomer?.customerId ?? '0'
    },
    checkIn: async () => slotIn((await ask(CheckIn, { input: keyed(booking, 'check-in') })).checkIn),
    complete: async () => slotIn((await ask(Complete, { input: keyed(booking, 'complete') })).completeBooking),
    noShow: async () => slotIn((await ask(NoShow, { input: keyed(booking, 'no-show') })).markNoShow),
    undoCheckIn: async () => slotIn((await ask(UndoCheckIn, { input: keyed(booking, 'undo check-in') })).undoCheckIn),
    undoCompletion: async () =>
      slotIn((await ask(UndoCompletion, { input: keyed(booking, 'undo complete') })).undoCompletion),
    undoNoShow: async () => slotIn((await ask(UndoNoShow, { input: keyed(booking, 'undo no-show') })).undoNoShow),
    cancel: async (reason: string | undefined) =>
      slotIn((await ask(Cancel, { input: keyed({ ...booking, reason }, 'cancel') })).cancelBooking),
    moveTo: async (to: DeskSlot) =>
      slotIn((await ask(Move, { input: keyed({ ...booking, bookingSlotId: to.id }, 'move') })).rescheduleBooking),
    withdraw: async (reason: string | undefined, cascade: boolean) =>
      slotIn((await ask(Withdraw, { input: keyed({ ...slot, reason, cascade }, 'withdraw') })).withdrawSlot),
    async reopen() {
      const [slot] = slotIn(
        (await ask(Reopen, { input: { clinicId, doctorId, timeSlotId, slotDate } })).createBookingSlot,
      )
      if (!slot || slot.id === of.id) return slot ? [slot] : []
      // Its time slot has other hours by now, so another slot took its place.
      return [{ ...of, superseded: true }, slot]
    },
    release: async () => slotIn((await ask(Release, { input: { ...slot, ...whose } })).releaseHold),
    saveNotes: async (notes: string | undefined, rowVersion: number) =>
      void (await ask(SaveNotes, { input: { ...whose, patch: { notes: notes ?? null, rowVersion } } })),
  }
}

type Ended = NonNullable<NonNullable<DeskWithdrawDayMutation['withdrawDay']>['bookings']>[number]
/** A booking that was cancelled, and whether its patient has to be phoned because no message reaches them. */
export type EndedBooking = Ended & { isToPhone: boolean }

/** Withdraws what is left of a doctor's day, and gives the bookings that were cancelled. Throws as ask() does. */
export function useWithdrawDay() {
  const keyed = useKeyed()
  return async (day: {
    clinicId: string
    doctorId: string
    slotDate: string
    reason?: string
  }): Promise<EndedBooking[]> => {
    const { clinicId, doctorId, slotDate } = day
    const { withdrawDay } = await ask(WithdrawDay, {
      input: keyed({ ...day, cascade: true }),
      clinicId,
      doctorId,
      slotDate,
    })
    const toPhone = new Set(withdrawDay?.query?.bookingsToPhone?.map((booking) => booking?.id))
    return (withdrawDay?.bookings ?? []).map((booking) => ({ ...booking, isToPhone: toPhone.has(booking.id) }))
  }
}

/** Adds an idempotency key to an input: the same to the same for as long as the form is open, another to another. */
function useKeyed() {
  const [keys] = useState(new Map<string, string>())
  return <Input extends object>(input: Input, what = ''): Input & { idempotencyKey: string } => {
    const said = what + JSON.stringify(input)
    const idempotencyKey = keys.get(said) ?? newKey()
    keys.set(said, idempotencyKey)
    return { ...input, idempotencyKey }
  }
}
