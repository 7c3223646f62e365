import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useWorkplace } from '../parts/workplace/workplace.tsx'
import { movingTexts } from '../text/desk/moving.ts'
import { useLanguage, useText } from '../text/language.ts'
import { clock, dateText, localDate } from '../time/time.ts'
import { bookingOf, type DeskSlot, patientOf } from './data/slots.ts'

interface Moving {
  /** The slot whose booking is being moved. */
  from?: DeskSlot
  start(from: DeskSlot): void
  stop(): void
}

const MovingContext = createContext<Moving>({ start() {}, stop() {} })

/** The booking that is being moved; it is kept while the desk looks at other days and doctors. */
export const useMoving = (): Moving => useContext(MovingContext)

export function MovingProvider({ children }: { children: ReactNode }) {
  const [from, setFrom] = useState<DeskSlot>()
  useEffect(() => {
    if (!from) return
    const leave = (event: KeyboardEvent) => {
      // In a dialog, Escape closes the dialog.
      if (event.key === 'Escape' && !document.querySelector('[role=dialog]')) setFrom(undefined)
    }
    document.addEventListener('keydown', leave)
    return () => document.removeEventListener('keydown', leave)
  }, [from])
  const moving = useMemo(() => ({ ...(from && { from }), start: setFrom, stop: () => setFrom(undefined) }), [from])
  return <MovingContext value={moving}>{children}</MovingContext>
}

/** The time and the doctor of a slot, in short: "Tue 24 Nov, 09:00, Dr Brandt". */
export function useShortWhen() {
  const { locale } = useLanguage()
  const { timeZone } = useWorkplace().clinic
  return ({ startsAt, doctor }: DeskSlot) => {
    const date = dateText(localDate(startsAt, timeZone), locale, { weekday: 'short', day: 'numeric', month: 'short' })
    return [date, clock(startsAt, timeZone, locale), doctor?.fullName].filter(Boolean).join(', ')
  }
}

/** Shows that a booking is being moved, with a button to stop. */
export function MovingBanner() {
  const { t } = useText(movingTexts)
  const { from, stop } = useMoving()
  const when = useShortWhen()
  return (
    <div className="moving-place" role="status">
      {from && (
        <div className="moving">
          <Icon name="arrowRight" />
          <p>
            <strong>{t.banner(patientOf(from), when(from))}</strong> {t.lead}
            {bookingOf(from)?.service && ` ${t.leadService}`}
          </p>
          <button type="button" className="button small" onClick={stop}>
            {t.stop}
          </button>
        </div>
      )}
    </div>
  )
}
