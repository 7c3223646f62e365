import { useEffect, useState } from 'react'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock } from '../time.ts'
import { type DeskSlot, patientOf, standOf } from './slots.ts'
import { useDeskText } from './text.ts'

const most = 2
// Changes come in threes: a booking, its slot, a reminder.
const together = 800

/** Tells a screen reader what others have changed, in one sentence for what comes together. */
export function News({ news }: { news: DeskSlot[] }) {
  const { t, locale } = useDeskText()
  const { timeZone } = useWorkplace().clinic
  const [waiting, setWaiting] = useState<DeskSlot[]>([])
  const [said, setSaid] = useState('')

  useEffect(() => {
    if (news.length > 0) setWaiting((before) => [...before, ...news])
  }, [news])
  useEffect(() => {
    if (waiting.length === 0) return
    const timer = setTimeout(() => {
      const slots = [...new Map(waiting.map((slot) => [slot.id, slot])).values()]
      const words = slots.map((slot) =>
        t.live.change(
          clock(slot.startsAt, timeZone, locale),
          slot.doctor?.fullName ?? '',
          t.stand[standOf(slot)],
          patientOf(slot),
        ),
      )
      setSaid(words.length > most ? t.live.changes(words.length) : words.join('. '))
      setWaiting([])
    }, together)
    return () => clearTimeout(timer)
  }, [waiting, t, timeZone, locale])

  return (
    <p className="visually-hidden" role="status" data-news>
      {said}
    </p>
  )
}
