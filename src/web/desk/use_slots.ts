import { useCallback, useEffect, useRef, useState } from 'react'
import { useAsked } from '../use_query.ts'
import { watchDay } from './live.ts'
import { type DeskSlot, loadCarriedOver, loadSlots, type Shown } from './slots.ts'

/** How the connection is: `lost` says when it was last seen. */
export type Connection = { state: 'connecting' | 'live' } | { state: 'lost'; seenAt: number }

export interface SlotsOfPage {
  /** Undefined until they are there. */
  slots?: DeskSlot[]
  error?: unknown
  connection: Connection
  /** What others have changed last, to be told. */
  news: DeskSlot[]
  /** What has just changed, to be seen. */
  changed: ReadonlySet<string>
  /** Puts slots, as an answer had them, into the page. */
  keep(slots: DeskSlot[]): void
  again(): void
}

// A stream can end without a sign, and a hold ends by its time: looked at again once in a while.
const everySoOften = 60_000
const shownAsChanged = 4_000

/** The slots of a page, as they are and as they become: asked for, and then told by subscription. */
export function useSlots(shown: Shown, timeZone: string): SlotsOfPage {
  const { clinicId, from, to, doctorId } = shown
  const key = JSON.stringify([clinicId, from, to, doctorId])
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const [told, setTold] = useState(new Map<string, { slot: DeskSlot; turn: number }>())
  const [news, setNews] = useState<DeskSlot[]>([])
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set<string>())
  // What is told while an answer is on its way is newer than the answer.
  const turn = useRef(0)
  const {
    data,
    error,
    again: ask,
  } = useAsked(key, async (signal) => {
    const asked = ++turn.current
    const [slots, carriedOver] = await Promise.all([
      loadSlots(shown, signal),
      from === to ? loadCarriedOver(shown, timeZone, signal) : [],
    ])
    const ofDoctor = carriedOver.filter((slot) => !doctorId || slot.doctorId === doctorId)
    return { key, asked, slots: [...ofDoctor, ...slots], carriedOver: ofDoctor.length > 0 }
  })
  const here = data?.key === key ? data : undefined
  // Across midnight, what happens to the evening before is of this day, too.
  const watched = from === to && !here?.carriedOver ? from : null

  const belongs = (slot: DeskSlot) =>
    (!doctorId || slot.doctorId === doctorId) && slot.slotDate >= from && slot.slotDate <= to
  const take = (slots: DeskSlot[]) => {
    const mine = slots.filter((slot) => belongs(slot) || here?.slots.some(({ id }) => id === slot.id))
    if (mine.length === 0) return mine
    setTold((before) => {
      const after = new Map(before)
      for (const slot of mine) after.set(slot.id, { slot, turn: turn.current })
      return after
    })
    setChanged((before) => new Set([...before, ...mine.map(({ id }) => id)]))
    return mine
  }
  const latest = useRef(take)
  latest.current = take

  useEffect(() => {
    if (changed.size === 0) return
    const timer = setTimeout(() => setChanged(new Set()), shownAsChanged)
    return () => clearTimeout(timer)
  }, [changed])

  useEffect(() => {
    let seenAt = Date.now()
    let missed: ReturnType<typeof setTimeout> | undefined
    const stop = watchDay(clinicId, watched, {
      began() {
        seenAt = Date.now()
        setConnection({ state: 'live' })
        // Once at once, and once when the server is certain to listen: nothing says when it does.
        ask()
        missed = setTimeout(ask, 2000)
      },
      seen() {
        seenAt = Date.now()
      },
      lost: () => setConnection({ state: 'lost', seenAt }),
      changed: (slots) => setNews(latest.current(slots)),
    })
    const look = () => document.visibilityState === 'visible' && ask()
    document.addEventListener('visibilitychange', look)
    const timer = setInterval(look, everySoOften)
    return () => {
      stop()
      clearTimeout(missed)
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [clinicId, watched, ask])

  const slots =
    here &&
    [...new Map([...here.slots.map((slot) => [slot.id, slot] as const), ...newer(told, here.asked)]).values()].filter(
      (slot) => belongs(slot) || here.slots.some(({ id }) => id === slot.id),
    )
  return {
    ...(slots && { slots }),
    ...(error !== undefined && !slots && { error }),
    connection,
    news,
    changed,
    keep: useCallback((given: DeskSlot[]) => void latest.current(given), []),
    again: ask,
  }
}

const newer = (told: Map<string, { slot: DeskSlot; turn: number }>, asked: number) =>
  [...told].flatMap(([id, { slot, turn }]) => (turn >= asked ? [[id, slot] as const] : []))
