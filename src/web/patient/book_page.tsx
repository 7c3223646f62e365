import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ask, useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { useAsked } from '../use_query.ts'
import { HeldSlot } from './held_slot.tsx'
import { NextFree } from './next_free.tsx'
import { readSearch, searchAddress } from './search.ts'
import { VisitSummary } from './visit_summary.tsx'

const SlotToBook = graphql(`
  query SlotToBook($clinicId: BigInt!, $slotId: BigInt!, $doctorId: BigInt!) {
    slotBookability(clinicId: $clinicId, bookingSlotId: $slotId) { refusedAs }
    bookingSlot(clinicId: $clinicId, id: $slotId) { startsAt endsAt }
    clinic(id: $clinicId) { name timeZone address phone }
    doctor(clinicId: $clinicId, id: $doctorId) { fullName }
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
]

/** How often it is looked whether the time is still free, while nothing is reserved. */
const lookEveryMs = 15_000

/**
 * The step between choosing a time and having it: who comes, then the time is reserved and booked, on one page. Whether it
 * is still free is checked from the start, and while the form is filled in. If it is not, the page offers the next times
 * of the same doctor, and what was entered stays.
 */
export default function BookPage({ clinicId, slotId }: { clinicId: string; slotId: string }) {
  const { t } = useText()
  const who = useWho()
  const [parameters] = useSearchParams()
  const doctorId = /^\d{1,18}$/.exec(parameters.get('doctor') ?? '')?.[0] ?? '0'
  const search = readSearch(new URLSearchParams(parameters.get('search') ?? ''))
  const [refused, setRefused] = useState<{ slotId: string; code: string }>()
  const asked = useAsked(JSON.stringify([clinicId, slotId, doctorId]), async (signal) => ({
    slotId,
    ...(await ask(SlotToBook, { clinicId, slotId, doctorId }, signal)),
  }))
  const { error, again } = asked
  // The answer about another time stays until this one's is here.
  const data = asked.data?.slotId === slotId ? asked.data : undefined
  const given = parameters.get('at') ?? ''
  const startsAt = data?.bookingSlot?.startsAt ?? (Number.isNaN(Date.parse(given)) ? undefined : given)
  const isWaiting = who === null
  const seen = (isWaiting && data?.slotBookability?.refusedAs) || undefined
  const lost = refused?.slotId === slotId ? refused.code : seen

  useEffect(() => {
    if (!isWaiting) return
    const look = () => document.visibilityState === 'visible' && again()
    const timer = setInterval(look, lookEveryMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [isWaiting, again])

  const onRefusal = (refusal: unknown) => {
    const isGone = refusal instanceof Refusal && gone.includes(refusal.code)
    if (isGone) setRefused({ slotId, code: refusal.code })
    return isGone
  }

  return (
    <Page title={t.book.title} back={{ href: searchAddress(search), label: t.book.change }} about={slotId} narrow>
      {error !== undefined && <Problem error={error} again={again} />}
      <VisitSummary
        startsAt={startsAt}
        endsAt={data?.bookingSlot?.endsAt}
        clinic={data?.clinic ?? undefined}
        doctorName={data?.doctor?.fullName}
        lost={lost !== undefined}
      />
      {lost !== undefined && (
        <NextFree clinicId={clinicId} doctorId={doctorId} startsAt={startsAt} code={lost} search={search} />
      )}
      {who === null && (
        <div className="card padded step" hidden={lost !== undefined}>
          <h2>{t.book.how}</h2>
          <AccountForms newFirst submit={t.book.continue} />
        </div>
      )}
      {who && lost === undefined && (
        <div className="card padded step">
          {who.customerId ? (
            <HeldSlot key={slotId} clinicId={clinicId} slotId={slotId} person={who} onRefusal={onRefusal} />
          ) : (
            <Notice tone="plain">{<p>{t.book.noCustomer}</p>}</Notice>
          )}
        </div>
      )}
    </Page>
  )
}
