import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { useCurrentPerson } from '../../data/session.ts'
import ServiceField from '../../parts/booking/service_field.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { payErrorTexts } from '../../text/patient/pay.ts'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { VisitSummary } from '../parts/visit_summary.tsx'
import { PriceSummary } from '../pay/price_summary.tsx'
import { NextFree } from '../search/next_free.tsx'
import { readSearch, searchAddress, writeSearch } from '../search/search.ts'
import { CheckMail, type SentToGuest } from './guest_form.tsx'
import { HeldSlot } from './held_slot.tsx'
import { SignedOut } from './signed_out.tsx'
import { Step } from './step.tsx'
import { useVisitToBook, type VisitToBook } from './visit_to_book.ts'

const unavailableCodes = [
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

/** What the address of the page says: the search that led here, the doctor and the start. Also changes the service in it. */
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

/** Calls a function again and again while the page is visible, and when it becomes visible. */
function useWhileVisible(active: boolean, refetch: () => void): void {
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
 * clinic accepts them, enter a name and an address and confirm by a link. The page checks at first, and again while the form is
 * filled in, whether the time is still free. If it is not, the page offers the next times of the same doctor and keeps what was
 * entered.
 */
function Booking({ clinicId, slotId }: { clinicId: string; slotId: string }) {
  const { t } = useText(bookTexts)
  const person = useCurrentPerson()
  const { search, doctorId, given, chooseService } = useAddress(clinicId)
  const serviceId = search.service
  const [online, setOnline] = useState<boolean>()
  const [sent, setSent] = useState<SentToGuest & { slotId: string }>()
  const visit = useVisitToBook({ clinicId, slotId, doctorId, serviceId }, given, person)
  const { data, service, startsAt, payment } = visit
  const isSent = sent?.slotId === slotId
  const isWaiting = person === null && !isSent
  const { lost, onRefusal } = useUnavailability(
    slotId,
    serviceId,
    (isWaiting && data?.slotBookability?.refusedAs) || undefined,
  )
  useWhileVisible(isWaiting, visit.refetch)
  const booked = { clinicId, slotId, serviceId, service, online, onRefusal }

  return (
    <Page title={t.title} back={{ href: searchAddress(search), label: t.change }} about={slotId} narrow>
      <Summary visit={visit} isLost={lost !== undefined} online={online} />
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
      {isWaiting && (
        <SignedOut
          {...booked}
          visit={visit}
          hidden={lost !== undefined}
          sent={(what) => setSent({ ...what, slotId })}
        />
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

/** What would be booked, as far as it is known. */
function Summary({ visit, isLost, online }: { visit: VisitToBook; isLost: boolean; online: boolean | undefined }) {
  const { data, error, service, price, pricing } = visit
  return (
    <>
      {error !== undefined && <Problem error={error} retry={visit.refetch} />}
      {pricing.error !== undefined && <Problem {...pricing} />}
      <VisitSummary
        startsAt={visit.startsAt}
        endsAt={visit.endsAt}
        clinic={data?.clinic ?? undefined}
        doctorName={data?.doctor?.fullName}
        lost={isLost}
        loading={data === undefined && error === undefined}
        online={online ?? service?.mode === 'ONLINE'}
      >
        {service && <ServiceSummary service={service} minutes={visit.minutes} />}
        {price && <PriceSummary price={price} />}
      </VisitSummary>
    </>
  )
}

/**
 * The code of the error because of which a slot cannot be booked any more: that of a refusal, or else `seen`. `onRefusal` is called
 * with a refusal, and returns true if it is such an error.
 */
function useUnavailability(slotId: string, serviceId: string | undefined, seen: string | undefined) {
  const what = JSON.stringify([slotId, serviceId])
  const [refused, setRefused] = useState<{ what: string; code: string }>()
  return {
    lost: refused?.what === what ? refused.code : seen,
    onRefusal(refusal: unknown): boolean {
      const isGone = refusal instanceof Refusal && unavailableCodes.includes(refusal.code)
      if (isGone) setRefused({ what, code: refusal.code })
      return isGone
    },
  }
}

/** The page on which a chosen time is booked, with the texts for what may be refused there. */
export default function BookPage(slot: { clinicId: string; slotId: string }) {
  return (
    <AreaErrorTextsContext value={payErrorTexts}>
      <Booking {...slot} />
    </AreaErrorTextsContext>
  )
}
