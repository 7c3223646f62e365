import { useState } from 'react'
import { useLocation } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ChosenServiceFragment } from '../../data/generated/graphql.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { type Person, request } from '../../data/session.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Field } from '../../parts/form/field.tsx'
import { type Fields, Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { answersIn, Questions } from '../parts/chosen_service.tsx'
import { beginCheckout, fieldOfRefusal } from '../pay/begin_checkout.ts'
import { BeingPaid } from '../pay/being_paid.tsx'
import { PayFields } from '../pay/pay_fields.tsx'
import type { Payment } from '../pay/use_payment.ts'
import { HoldCountdown } from './hold_countdown.tsx'
import { useHold } from './use_hold.ts'
import { VisitOf } from './visit_of.tsx'

const Book = graphql(`
  mutation Book(
    $clinicId: BigInt!, $bookingSlotId: BigInt!, $customerId: BigInt!, $note: String, $idempotencyKey: String!
    $serviceId: BigInt, $answers: JSON, $online: Boolean
  ) {
    bookSlot(input: {
      clinicId: $clinicId, bookingSlotId: $bookingSlotId, customerId: $customerId, note: $note,
      idempotencyKey: $idempotencyKey, serviceId: $serviceId, answers: $answers, online: $online
    }) {
      booking { id }
    }
  }
`)

interface HeldSlotProps {
  clinicId: string
  slotId: string
  /** What the visit is for, and the details of it when they are loaded. */
  serviceId: string | undefined
  service: ChosenServiceFragment | undefined
  /** Where it takes place; undefined if nothing was chosen. */
  online: boolean | undefined
  person: Person
  /** How the visit is paid: null if it is booked without a payment, undefined while that is not known. */
  payment: Payment | null | undefined
  /** Called with a refusal of the hold. Returns true if the caller shows it. */
  onRefusal(error: unknown): boolean
}

/**
 * Holds a slot while the page is open, shows the time left, and books the slot, or begins its payment. Leaving the page releases
 * the hold.
 */
export function HeldSlot({ person, payment, onRefusal, ...visit }: HeldSlotProps) {
  const { t } = useText(bookTexts)
  const { t: pay } = useText(payTexts)
  const [, go] = useLocation()
  const [customerId, choose] = useState(person.customerId ?? '')
  const hold = useHold(visit.clinicId, visit.slotId, customerId, visit.serviceId, onRefusal)
  const [key] = useState(newIdempotencyKey)

  async function submit(fields: Fields) {
    await hold.settled()
    const wanted = { ...visit, customerId, idempotencyKey: key }
    const address = payment ? await beginPayment(wanted, fields) : await book(wanted, fields)
    hold.used()
    go(address, { replace: true })
  }

  const paidBy = hold.error instanceof Refusal && hold.error.code === 'checkout_open' && hold.error.detail.checkoutId
  if (paidBy) return <BeingPaid checkoutId={String(paidBy)} />
  if (hold.error !== undefined) return <Problem error={hold.error} retry={hold.refetch} />
  return (
    <>
      <HoldCountdown left={hold.left} />
      {hold.left === 0 ? (
        <Notice tone="plain">
          <button type="button" className="button" onClick={hold.refetch}>
            {t.holdAgain}
          </button>
        </Notice>
      ) : (
        // Hidden until it is known whether the visit is paid now; what was entered stays.
        <div hidden={payment === undefined}>
          <Form
            submit={payment ? pay.submit : t.submit}
            onSubmit={submit}
            fieldOf={fieldOfRefusal}
            onRefusal={onRefusal}
          >
            <VisitOf person={person} customerId={customerId} choose={choose} />
            {visit.service && <Questions service={visit.service} />}
            <Field label={t.note} hint={t.noteHint} name="note" long maxLength={1000} />
            {payment && <PayFields {...payment} customerId={customerId} />}
          </Form>
        </div>
      )}
    </>
  )
}

type Wanted = Pick<HeldSlotProps, 'clinicId' | 'slotId' | 'serviceId' | 'online'> & {
  customerId: string
  idempotencyKey: string
}

/** Books a visit, and returns the address of its page. */
async function book({ slotId, serviceId, online, ...wanted }: Wanted, { note, ...fields }: Fields): Promise<string> {
  const { bookSlot } = await request(Book, {
    clinicId: wanted.clinicId,
    bookingSlotId: slotId,
    customerId: wanted.customerId,
    note,
    idempotencyKey: wanted.idempotencyKey,
    ...(serviceId && { serviceId, answers: answersIn(fields as Record<string, string>), online }),
  })
  return `/bookings/${wanted.clinicId}/${bookSlot?.booking?.id}?booked`
}

/** Begins the payment that books a visit, and returns the address of its page. */
function beginPayment(wanted: Wanted, { note, coupon, usesCredit, ...fields }: Fields): Promise<string> {
  const { clinicId, slotId, serviceId = '', customerId, online, idempotencyKey } = wanted
  const answers = answersIn(fields as Record<string, string>)
  return beginCheckout({
    clinicId,
    visits: [{ bookingSlotId: slotId, serviceId, customerId, note, answers, online, coupon }],
    usesCredit: usesCredit !== undefined,
    idempotencyKey,
  })
}
