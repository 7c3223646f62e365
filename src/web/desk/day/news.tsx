import { useEffect, useState } from 'react'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { liveTexts } from '../../text/desk/live.ts'
import { deskOnlineTexts } from '../../text/desk/online.ts'
import { slotStateTexts } from '../../text/desk/slot_state.ts'
import { useText } from '../../text/language.ts'
import { clock } from '../../time/time.ts'
import { type DeskSlot, isWaiting, patientOf, stateOf } from '../data/slots.ts'

const most = 2
// One booking changes three rows at once: the booking, its slot and a reminder.
const together = 800

/** Announces to screen readers what others have changed, with one sentence for changes that arrive together. */
export function News({ news }: { news: DeskSlot[] }) {
  const { t, locale } = useText(liveTexts)
  const { t: stateText } = useText(slotStateTexts)
  const { t: online } = useText(deskOnlineTexts)
  const { timeZone } = useWorkplace().clinic
  const [waiting, setWaiting] = useState<DeskSlot[]>([])
  const [announced, setAnnounced] = useState('')

  useEffect(() => {
    if (news.length > 0) setWaiting((before) => [...before, ...news])
  }, [news])
  useEffect(() => {
    if (waiting.length === 0) return
    const timer = setTimeout(() => {
      const slots = [...new Map(waiting.map((slot) => [slot.id, slot])).values()]
      const words = slots.map((slot) =>
        t.change(
          clock(slot.startsAt, timeZone, locale),
          slot.doctor?.fullName ?? '',
          isWaiting(slot) ? online.isWaiting : stateText[stateOf(slot)],
          patientOf(slot),
        ),
      )
      setAnnounced(words.length > most ? t.changes(words.length) : words.join('. '))
      setWaiting([])
    }, together)
    return () => clearTimeout(timer)
  }, [waiting, t, stateText, online, timeZone, locale])

  return (
    <p className="visually-hidden" role="status" data-news>
      {announced}
    </p>
  )
}
