import { useCallback, useEffect, useRef, useState } from 'react'
import { useAsync } from '../../data/use_query.ts'
import { watchDay } from './live.ts'
import { type DeskSlot, loadCarriedOver, loadSlots, type Shown } from './slots.ts'
import { wholeVisits } from './visits.ts'

/** The state of the connection; `lost` has the time at which it was last alive. */
export type Connection = { state: 'connecting' | 'live' } | { state: 'lost'; seenAt: number }

export interface SlotsOfPage {
  /** Undefined until they are loaded. */
  slots?: DeskSlot[]
  error?: unknown
  connection: Connection
  /** The latest changes by others, to be announced. */
  news: DeskSlot[]
  /** The ids of the slots that have just changed, to be highlighted. */
  changed: ReadonlySet<string>
  /** Updates the page with the slots of a response. */
  keep(slots: DeskSlot[]): void
  refetch(): void
}

// A stream can end without notice, and a hold expires by time, so the slots are reloaded regularly.
const reloadInterval = 60_000
const highlightTime = 4_000

/** The slots of a page: loaded once, and then updated by a subscription. */
export function useSlots(shown: Shown, timeZone: string): SlotsOfPage {
  const { clinicId, from, to, doctorId } = shown
  const [updates, setUpdates] = useState(new Map<string, { slot: DeskSlot; turn: number }>())
  const [news, setNews] = useState<DeskSlot[]>([])
  const { changed, highlight } = useHighlight()
  const { here, turn, error, refetch } = useLoadedSlots(shown, timeZone)
  // Changes to slots of the previous evening that end after midnight belong to this day, too.
  const watched = from === to && !here?.carriedOver ? from : null

  const belongs = (slot: DeskSlot) =>
    (!doctorId || slot.doctorId === doctorId) && slot.slotDate >= from && slot.slotDate <= to
  const take = (slots: DeskSlot[]) => {
    const mine = slots.filter((slot) => belongs(slot) || here?.slots.some(({ id }) => id === slot.id))
    if (mine.length === 0) return mine
    setUpdates((before) => {
      const after = new Map(before)
      for (const slot of mine) after.set(slot.id, { slot, turn: turn.current })
      return after
    })
    highlight(mine)
    return mine
  }
  const latest = useRef(take)
  latest.current = take

  const announce = useCallback((slots: DeskSlot[]) => setNews(latest.current(slots)), [])
  const connection = useLiveDay({ clinicId, date: watched, changed: announce, refetch })

  const slots =
    here &&
    [
      ...new Map([...here.slots.map((slot) => [slot.id, slot] as const), ...newer(updates, here.requestedAt)]).values(),
    ].filter((slot) => belongs(slot) || here.slots.some(({ id }) => id === slot.id))
  return {
    ...(slots && { slots: wholeVisits(slots) }),
    ...(error !== undefined && !slots && { error }),
    connection,
    news,
    changed,
    keep: useCallback((given: DeskSlot[]) => void latest.current(given), []),
    refetch,
  }
}

/**
 * Loads the slots of a page. `here` is the last response, undefined if it was for another page. `turn` counts the
 * requests: a change that arrives while a request is under way is newer than its response.
 */
function useLoadedSlots(shown: Shown, timeZone: string) {
  const { clinicId, from, to, doctorId } = shown
  const key = JSON.stringify([clinicId, from, to, doctorId])
  const turn = useRef(0)
  const { data, error, refetch } = useAsync(key, async (signal) => {
    const requestedAt = ++turn.current
    const [slots, carriedOver] = await Promise.all([
      loadSlots(shown, signal),
      from === to ? loadCarriedOver(shown, timeZone, signal) : [],
    ])
    const ofDoctor = carriedOver.filter((slot) => !doctorId || slot.doctorId === doctorId)
    return { key, requestedAt, slots: [...ofDoctor, ...slots], carriedOver: ofDoctor.length > 0 }
  })
  return { here: data?.key === key ? data : undefined, turn, error, refetch }
}

/** The ids of the slots that have just changed, for some seconds. */
function useHighlight() {
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set<string>())
  useEffect(() => {
    if (changed.size === 0) return
    const timer = setTimeout(() => setChanged(new Set()), highlightTime)
    return () => clearTimeout(timer)
  }, [changed])
  return {
    changed,
    highlight: (slots: DeskSlot[]) => setChanged((before) => new Set([...before, ...slots.map(({ id }) => id)])),
  }
}

interface LiveDay {
  clinicId: string
  /** Null: all days. */
  date: string | null
  changed(slots: DeskSlot[]): void
  refetch(): void
}

/**
 * Watches a clinic's day, and reloads the page when it may have missed something. Returns the state of the connection.
 */
function useLiveDay({ clinicId, date, changed, refetch }: LiveDay): Connection {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  useEffect(() => {
    let seenAt = Date.now()
    let missed: ReturnType<typeof setTimeout> | undefined
    const stop = watchDay(clinicId, date, {
      began() {
        seenAt = Date.now()
        setConnection({ state: 'live' })
        // The server does not report when it starts to listen. So the page is reloaded now, and again when it certainly
        // listens.
        refetch()
        missed = setTimeout(refetch, 2000)
      },
      seen() {
        seenAt = Date.now()
      },
      lost: () => setConnection({ state: 'lost', seenAt }),
      changed,
    })
    const look = () => document.visibilityState === 'visible' && refetch()
    document.addEventListener('visibilitychange', look)
    const timer = setInterval(look, reloadInterval)
    return () => {
      stop()
      clearTimeout(missed)
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [clinicId, date, changed, refetch])
  return connection
}

const newer = (updates: Map<string, { slot: DeskSlot; turn: number }>, requestedAt: number) =>
  [...updates].flatMap(([id, { slot, turn }]) => (turn >= requestedAt ? [[id, slot] as const] : []))
