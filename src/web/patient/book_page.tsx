import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { HeldSlot } from './held_slot.tsx'
import { NextFree } from './next_free.tsx'
import { VisitSummary } from './visit_summary.tsx'

const SlotToBook = graphql(`
  query SlotToBook($clinicId: BigInt!, $slotId: BigInt!, $doctorId: BigInt!) {
    bookingSlot(clinicId: $clinicId, id: $slotId) { startsAt endsAt }
    clinic(id: $clinicId) { name timeZone address phone }
    doctor(clinicId: $clinicId, id: $doctorId) { fullName }
  }
`)

const gone = ['slot_taken', 'slot_held', 'slot_withdrawn', 'slot_not_found', 'slot_in_the_past']

/**
 * The step between choosing a time and having it: who comes, then the time is held and booked, on one page. When
 * somebody else was faster it offers the next times of the same doctor.
 */
export default function BookPage({ clinicId, slotId }: { clinicId: string; slotId: string }) {
  const { t } = useText()
  const who = useWho()
  const [parameters] = useSearchParams()
  const doctorId = /^\d{1,18}$/.exec(parameters.get('doctor') ?? '')?.[0] ?? '0'
  const [lost, setLost] = useState(false)
  const { data, error, again } = useQuery(SlotToBook, { clinicId, slotId, doctorId })
  const given = parameters.get('at') ?? ''
  const startsAt = data?.bookingSlot?.startsAt ?? (Number.isNaN(Date.parse(given)) ? undefined : given)

  const onRefusal = (refusal: unknown) => {
    const isGone = refusal instanceof Refusal && gone.includes(refusal.code)
    if (isGone) setLost(true)
    return isGone
  }

  return (
    <Page title={t.book.title} back={{ href: '/', label: t.book.change }} narrow>
      {error !== undefined && <Problem error={error} again={again} />}
      <VisitSummary
        startsAt={startsAt}
        endsAt={data?.bookingSlot?.endsAt}
        clinic={data?.clinic ?? undefined}
        doctorName={data?.doctor?.fullName}
        lost={lost}
      />
      {lost ? (
        <NextFree clinicId={clinicId} doctorId={doctorId} startsAt={startsAt} />
      ) : (
        <div className="card padded step">
          {who === null && (
            <>
              <h2>{t.book.how}</h2>
              <AccountForms newFirst submit={t.book.continue} />
            </>
          )}
          {who?.customerId && <HeldSlot clinicId={clinicId} slotId={slotId} person={who} onRefusal={onRefusal} />}
          {who && !who.customerId && <Notice tone="plain">{<p>{t.book.noCustomer}</p>}</Notice>}
        </div>
      )}
    </Page>
  )
}
