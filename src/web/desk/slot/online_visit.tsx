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
  const booking = bookingOf(slot)
  const consultation = booking?.consultation
  if (!booking || !consultation) return null
  const { state, opensAt, closesAt, patientCameAt, doctorCameAt } = consultation
  const at = (instant: string) => clock(instant, clinic.timeZone, locale)
  const isOver = state === 'OVER' || state === 'UNWANTED' || Date.parse(closesAt) <= Date.now()
  const isOpen = state === 'READY' && !isOver && Date.parse(opensAt) <= Date.now()
  function status(): string {
    if (isOver) return t.over
    if (patientCameAt) return doctorCameAt ? t.both : t.waiting(at(patientCameAt))
    if (state === 'READY') return t.ready(at(opensAt))
    return state === 'FAILED' ? t.failed : t.wanted
  }
  return (
    <section className="online-visit" aria-label={t.title}>
      <p className="field-label">{t.title}</p>
      <p role="status">{status()}</p>
      <Entrance clinicId={slot.clinicId} bookingId={booking.id} mayEnter={isOpen && maySeeTo(slot.doctorId)} />
    </section>
  )
}

interface EntranceProps {
  clinicId: string
  bookingId: string
  mayEnter: boolean
}

/** A button with which the clinic enters; afterwards the link to the room, if it has an address. */
function Entrance({ clinicId, bookingId, mayEnter }: EntranceProps) {
  const { t } = useText(deskOnlineTexts)
  const [entered, setEntered] = useState<{ url: string | null }>()
  async function enter() {
    const { enterConsultation } = await request(EnterConsultation, { clinicId, bookingId })
    setEntered({ url: enterConsultation?.consultationEntry?.joinUrl ?? null })
  }
  if (!entered) return mayEnter && <Form submit={t.enter} onSubmit={enter} />
  if (!entered.url) return <p className="quiet">{t.here}</p>
  return (
    <a className="button primary" href={entered.url} target="_blank" rel="noreferrer">
      {t.open}
    </a>
  )
}
