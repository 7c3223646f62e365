import { type ReactNode, useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request, useCurrentPerson } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { AreaErrorTextsContext } from '../../parts/error_text.ts'
import { Notice, Problem } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import ServiceField from '../../parts/services/service_field.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { guestTexts } from '../../text/patient/guest.ts'
import { payErrorTexts, payTexts } from '../../text/patient/pay.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { minutesOf, plusMinutes } from '../../time/interval.ts'
import { PriceSummary } from '../pay/price_summary.tsx'
import { usePayment } from '../pay/use_payment.ts'
import { NextFree } from '../search/next_free.tsx'
import { readSearch, searchAddress, writeSearch } from '../search/search.ts'
import { lengthOf, needsAccount, ServiceSummary } from './chosen_service.tsx'
import { CheckMail, GuestForm, type SentToGuest } from './guest_form.tsx'
import { HeldSlot } from './held_slot.tsx'
import { VisitSummary } from './visit_summary.tsx'

const SlotToBook = graphql(`
  query SlotToBook($clinicId: BigInt!, $slotId: BigInt!, $doctorId: BigInt!, $serviceId: BigInt, $id: BigInt!, $hasService: Boolean!) {
    slotBookability(clinicId: $clinicId, bookingSlotId: $slotId, serviceId: $serviceId) { refusedAs }
    bookingSlot(clinicId: $clinicId, id: $slotId) { startsAt endsAt slotDate }
    clinic(id: $clinicId) { name timeZone address phone policy { acceptsGuests } }
    doctor(clinicId: $clinicId, id: $doctorId) { fullName }
    service(clinicId: $clinicId, id: $id) @include(if: $hasService) { ...ChosenService }
  }
`)

const gone = [
  'slot_taken',
  'slot_held',
  'slot_withdrawn',
  'slot_not_found',
  'slot_in_the_past',
  'booking_too_late',
  'booking_too_far_ahead',
  'slot_reserved',
  'run_not_free',
  'start_not_offered',
  'service_not_offered',
]

/** How often the page checks whether the time is still free, while it is not reserved. */
const lookEveryMs = 15_000

/** What the address of the page says: the search that led here, the doctor and the start; and how its service is changed. */
function useAddress(clinicId: string) {
  const [parameters, setParameters] = useSearchParams()
  const search = readSearch(new URLSearchParams(parameters.get('search') ?? ''))
  return {
    search,
    doctorId: /^\d{1,18}$/.exec(parameters.get('doctor') ?? '')?.[0] ?? '0',
    given: parameters.get('at') ?? '',
    chooseService: (service: string | undefined) =>
      setParameters(
        (given) => {
          given.set('search', new URLSearchParams(writeSearch({ ...search, clinic: clinicId, service })).toString())
          return given
        },
        { replace: true },
      ),
  }
}

/** What a slot would be booked as. The result for another slot stays until the result for this one arrives, and is left out. */
function useSlotToBook(slot: { clinicId: string; slotId: string; doctorId: string; serviceId: string | undefined }) {
  const what = JSON.stringify(slot)
  const { data, error, refetch } = useAsync(what, async (signal) => {
    const service = { id: slot.serviceId ?? '0', hasService: slot.serviceId !== undefined }
    return { what, ...(await request(SlotToBook, { ...slot, ...service }, signal)) }
  })
  return { data: data?.what === what ? data : undefined, error, refetch }
}

/** Calls a function again and again while the page is visible, and when it becomes visible. */
function useLookingAgain(active: boolean, refetch: () => void): void {
  useEffect(() => {
    if (!active) return
    const look = () => document.visibilityState === 'visible' && refetch()
    const timer = setInterval(look, lookEveryMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [active, refetch])
}

/**
 * The page on which a chosen time is booked: the patient signs in, then the time is reserved and booked. Guests, where the
 * clinic accepts them, enter a name and an address and confirm by a link. Whether the
 * time is still free is checked from the start and while the form is filled in. If it is not, the page offers the next
 * times of the same doctor and keeps what was entered.
 */
function Booking({ clinicId, slotId }: { clinicId: string; slotId: string }) {
  const { t } = useText(bookTexts)
  const { t: account } = useText(accountTexts)
  const { t: guest } = useText(guestTexts)
  const { t: pay } = useText(payTexts)
  const person = useCurrentPerson()
  const { search, doctorId, given, chooseService } = useAddress(clinicId)
  const serviceId = search.service
  const what = JSON.stringify([slotId, serviceId])
  const [refused, setRefused] = useState<{ what: string; code: string }>()
  const [online, setOnline] = useState<boolean>()
  const [sent, setSent] = useState<SentToGuest & { slotId: string }>()
  const { data, error, refetch } = useSlotToBook({ clinicId, slotId, doctorId, serviceId })
  const service = data?.service ?? undefined
  const slotStart = data?.bookingSlot && plusMinutes(data.bookingSlot.startsAt, minutesOf(service?.bufferBefore))
  const startsAt = slotStart ?? (Number.isNaN(Date.parse(given)) ? undefined : given)
  const minutes = service && lengthOf(service)
  const endsAt = minutes && startsAt ? plusMinutes(startsAt, minutes) : data?.bookingSlot?.endsAt
  const slotDate = data?.bookingSlot?.slotDate
  const priced =
    service?.isPriced && serviceId && slotDate ? { clinicId, serviceId, doctorId, visitDate: slotDate } : null
  const { price, payment, ...pricing } = usePayment(serviceId !== undefined && data === undefined ? undefined : priced)
  const isSent = sent?.slotId === slotId
  const isWaiting = person === null && !isSent
  const clinicAcceptsGuests = isWaiting && data?.clinic?.policy?.acceptsGuests
  const isOnlyWithAccount = clinicAcceptsGuests && service !== undefined && (needsAccount(service) || !!payment)
  // Never without the service that was chosen.
  const isKnown = payment !== undefined && (serviceId === undefined || service !== undefined)
  const acceptsGuests = clinicAcceptsGuests && !isOnlyWithAccount && isKnown
  const seen = (isWaiting && data?.slotBookability?.refusedAs) || undefined
  const lost = refused?.what === what ? refused.code : seen

  useLookingAgain(isWaiting, refetch)

  const onRefusal = (refusal: unknown) => {
    const isGone = refusal instanceof Refusal && gone.includes(refusal.code)
    if (isGone) setRefused({ what, code: refusal.code })
    return isGone
  }
  const booked = { clinicId, slotId, serviceId, service, online, onRefusal }

  return (
    <Page title={t.title} back={{ href: searchAddress(search), label: t.change }} about={slotId} narrow>
      {error !== undefined && <Problem error={error} retry={refetch} />}
      {pricing.error !== undefined && <Problem error={pricing.error} retry={pricing.retry} />}
      <VisitSummary
        startsAt={startsAt}
        endsAt={endsAt}
        clinic={data?.clinic ?? undefined}
        doctorName={data?.doctor?.fullName}
        lost={lost !== undefined}
        loading={data === undefined && error === undefined}
        online={online ?? service?.mode === 'ONLINE'}
      >
        {service && <ServiceSummary service={service} minutes={minutes} />}
        {price && <PriceSummary price={price} />}
      </VisitSummary>
      {!isSent && (
        <ServiceField
          clinic={clinicId}
          doctor={doctorId}
          service={serviceId}
          choose={chooseService}
          place={{ online, choose: setOnline }}
        />
      )}
      {lost !== undefined && (
        <NextFree clinicId={clinicId} doctorId={doctorId} startsAt={startsAt} code={lost} search={search} />
      )}
      {isSent && <CheckMail {...sent} />}
      {acceptsGuests && (
        <Step hidden={lost !== undefined} title={guest.title}>
          <GuestForm {...booked} sent={(what) => setSent({ ...what, slotId })} />
        </Step>
      )}
      {isWaiting && (
        <Step hidden={lost !== undefined} title={acceptsGuests ? guest.or : account.how}>
          {isOnlyWithAccount && (
            <Notice tone="plain">{<p>{payment ? pay.needsAccount : guest.needsAccount}</p>}</Notice>
          )}
          <AccountForms newFirst submit={t.continue} />
        </Step>
      )}
      {person && lost === undefined && (
        <Step>
          {person.customerId ? (
            <HeldSlot key={slotId} {...booked} person={person} payment={payment} />
          ) : (
            <Notice tone="plain">{<p>{t.noCustomer}</p>}</Notice>
          )}
        </Step>
      )}
    </Page>
  )
}

function Step({ title, hidden, children }: { title?: string; hidden?: boolean; children: ReactNode }) {
  return (
    <div className="card padded step" hidden={hidden}>
      {title && <h2>{title}</h2>}
      {children}
    </div>
  )
}

/** The page on which a chosen time is booked, with the texts for what may be refused there. */
export default function BookPage(slot: { clinicId: string; slotId: string }) {
  return (
    <AreaErrorTextsContext value={payErrorTexts}>
      <Booking {...slot} />
    </AreaErrorTextsContext>
  )
}
