import { Icon } from '../../parts/icon.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskOnlineTexts } from '../../text/desk/online.ts'
import { slotStateTexts } from '../../text/desk/slot_state.ts'
import { useText } from '../../text/language.ts'
import { clock, zoneName } from '../../time/time.ts'
import { bookingOf, isOver, isWaiting, patientOf, stateOf } from '../data/slots.ts'
import { useMoving } from '../moving.tsx'
import type { Placed } from './grid_time.ts'

interface SlotCellProps {
  placed: Placed
  /** The first minute of the grid, and the height of a minute. */
  top: number
  minute: number
  /** The time zone is shown on days on which the clocks change. */
  withZone: boolean
  changed: boolean
  /** Whether this cell is the Tab stop of the grid. */
  tabbable: boolean
  open(): void
  focused(): void
}

/** One slot in the grid: its time, patient and state, shown by text, icon and colour. */
export function SlotCell({ placed, top, minute, withZone, changed, tabbable, open, focused }: SlotCellProps) {
  const { t, locale } = useText(slotStateTexts)
  const { t: online } = useText(deskOnlineTexts)
  const { timeZone } = useWorkplace().clinic
  const moving = useMoving()
  const { slot, from, to, lane, lanes } = placed
  const state = stateOf(slot)
  const name = patientOf(slot)
  const over = isOver(slot)
  const height = (to - from) * minute
  const time = clock(slot.startsAt, timeZone, locale)
  const zone = withZone ? ` ${zoneName(slot.startsAt, timeZone, locale)}` : ''
  const here = moving.from?.id === slot.id
  // The slot of the visit itself can be chosen, too: that keeps its time and changes its service.
  const choosable = !moving.from || (state === 'free' && !over) || (here && !!bookingOf(slot)?.service)
  const classes = ['slot', state, height < 42 && 'short', over && 'over', changed && 'changed', here && 'moved']
  return (
    <li
      className="slot-place"
      style={{
        top: (from - top) * minute,
        height,
        left: `${(100 * lane) / lanes}%`,
        width: `${100 / lanes}%`,
      }}
    >
      <button
        type="button"
        className={classes.filter(Boolean).join(' ')}
        data-slot={slot.id}
        tabIndex={tabbable ? 0 : -1}
        aria-disabled={!choosable}
        aria-haspopup="dialog"
        onClick={() => choosable && open()}
        onFocus={focused}
      >
        <Icon name={state} />
        <span className="slot-words">
          {name && <strong>{name}</strong>}
          <span className="slot-time">
            <span className="slot-clock">
              {time}
              {zone}
            </span>
            <span className="visually-hidden">–{clock(slot.endsAt, timeZone, locale)},</span>{' '}
            <span className="slot-cell-state">{isWaiting(slot) ? online.isWaiting : t[state]}</span>
          </span>
        </span>
      </button>
    </li>
  )
}
