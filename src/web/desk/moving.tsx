import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock, dateText, localDate } from '../time.ts'
import { type DeskSlot, patientOf } from './slots.ts'
import { useDeskText } from './text.ts'

interface Moving {
  /** The slot whose booking is to go elsewhere. */
  from?: DeskSlot
  start(from: DeskSlot): void
  stop(): void
}

const MovingContext = createContext<Moving>({ start() {}, stop() {} })

/** A booking on its way to another slot: chosen here, kept while one looks at other days and doctors. */
export const useMoving = (): Moving => useContext(MovingContext)

export function MovingProvider({ children }: { children: ReactNode }) {
  const [from, setFrom] = useState<DeskSlot>()
  useEffect(() => {
    if (!from) return
    const leave = (event: KeyboardEvent) => {
      // In a dialog Escape closes that.
      if (event.key === 'Escape' && !document.querySelector('[role=dialog]')) setFrom(undefined)
    }
    document.addEventListener('keydown', leave)
    return () => document.removeEventListener('keydown', leave)
  }, [from])
  const moving = useMemo(() => ({ ...(from && { from }), start: setFrom, stop: () => setFrom(undefined) }), [from])
  return <MovingContext value={moving}>{children}</MovingContext>
}

/** When and with whom, in short: "Tue 24 Nov, 09:00, Dr Brandt". */
export function useShortWhen() {
  const { locale } = useDeskText()
  const { timeZone } = useWorkplace().clinic
  return ({ startsAt, doctor }: DeskSlot) => {
    const date = dateText(localDate(startsAt, timeZone), locale, { weekday: 'short', day: 'numeric', month: 'short' })
    return [date, clock(startsAt, timeZone, locale), doctor?.fullName].filter(Boolean).join(', ')
  }
}

/** Says that a booking is being moved, and how to stop. */
export function MovingBanner() {
  const { t } = useDeskText()
  const { from, stop } = useMoving()
  const when = useShortWhen()
  return (
    <div className="moving-place" role="status">
      {from && (
        <div className="moving">
          <Icon name="arrowRight" />
          <p>
            <strong>{t.moving.banner(patientOf(from), when(from))}</strong> {t.moving.lead}
          </p>
          <button type="button" className="button small" onClick={stop}>
            {t.moving.stop}
          </button>
        </div>
      )}
    </div>
  )
}
