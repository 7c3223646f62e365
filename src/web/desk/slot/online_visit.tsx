import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskOnlineTexts } from '../../text/desk/online.ts'
import { useText } from '../../text/language.ts'
import { clock } from '../../time/time.ts'
import { bookingOf, type DeskSlot } from '../data/slots.ts'

const EnterConsultation = graphql(`
  mutation EnterConsultation($clinicId: BigInt!, $bookingId: BigInt!) {
    enterConsultation(input: { clinicId: $clinicId, bookingId: $bookingId }) { consultationEntry { joinUrl } }
  }
`)

/** The room of an online visit: its state, who has come, and the entrance for the clinic. */
export function OnlineVisit({ slot }: { slot: DeskSlot }) {
  const { t, locale } = useText(deskOnlineTexts)
  const { clinic, maySeeTo } = useWorkplace()
  const [entered, setEntered] = useState<{ url: string | null }>()
  const booking = bookingOf(slot)
  const consultation = booking?.consultation
  if (!booking || !consultation) return null
  const { state, opensAt, closesAt, patientCameAt, doctorCameAt } = consultation
  const at = (instant: string) => clock(instant, clinic.timeZone, locale)
  const isOver = state === 'OVER' || state === 'UNWANTED' || Date.parse(closesAt) <= Date.now()
  const isOpen = state === 'READY' && !isOver && Date.parse(opensAt) <= Date.now()
  return (
    <section className="online-visit" aria-label={t.title}>
      <p className="field-label">{t.title}</p>
      <p role="status">
        {isOver
          ? t.over
          : patientCameAt
            ? doctorCameAt
              ? t.both
              : t.waiting(at(patientCameAt))
            : state === 'READY'
              ? t.ready(at(opensAt))
              : state === 'FAILED'
                ? t.failed
                : t.wanted}
      </p>
      {entered ? (
        entered.url ? (
          <a className="button primary" href={entered.url} target="_blank" rel="noreferrer">
            {t.open}
          </a>
        ) : (
          <p className="quiet">{t.here}</p>
        )
      ) : (
        isOpen &&
        maySeeTo(slot.doctorId) && (
          <Form
            submit={t.enter}
            onSubmit={async () => {
              const { enterConsultation } = await request(EnterConsultation, {
                clinicId: slot.clinicId,
                bookingId: booking.id,
              })
              setEntered({ url: enterConsultation?.consultationEntry?.joinUrl ?? null })
            }}
          />
        )
      )}
    </section>
  )
}
