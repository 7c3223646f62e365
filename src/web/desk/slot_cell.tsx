import { useWorkplace } from '../staff/clinic.tsx'
import { clock, zoneName } from '../time.ts'
import type { Placed } from './grid_time.ts'
import { DeskIcon } from './icons.tsx'
import { useMoving } from './moving.tsx'
import { isOver, patientOf, standOf } from './slots.ts'
import { useDeskText } from './text.ts'

interface SlotCellProps {
  placed: Placed
  /** Where the grid begins, and how high a minute is. */
  top: number
  minute: number
  /** The zone is said where the clocks change. */
  withZone: boolean
  changed: boolean
  /** Whether Tab comes here: to one of a grid's cells, and arrows lead on. */
  tabbable: boolean
  open(): void
  focused(): void
}

/** One slot in the grid: when, whose, and how it stands, by word, picture and colour. */
export function SlotCell({ placed, top, minute, withZone, changed, tabbable, open, focused }: SlotCellProps) {
  const { t, locale } = useDeskText()
  const { timeZone } = useWorkplace().clinic
  const moving = useMoving()
  const { slot, from, to, lane, lanes } = placed
  const stand = standOf(slot)
  const name = patientOf(slot)
  const over = isOver(slot)
  const height = (to - from) * minute
  const time = clock(slot.startsAt, timeZone, locale)
  const zone = withZone ? ` ${zoneName(slot.startsAt, timeZone, locale)}` : ''
  const here = moving.from?.id === slot.id
  const choosable = !moving.from || (stand === 'free' && !over)
  const classes = ['slot', stand, height < 42 && 'short', over && 'over', changed && 'changed', here && 'moved']
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
        <DeskIcon name={stand} />
        <span className="slot-words">
          {name && <strong>{name}</strong>}
          <span className="slot-time">
            <span className="slot-clock">
              {time}
              {zone}
            </span>
            <span className="visually-hidden">–{clock(slot.endsAt, timeZone, locale)},</span>{' '}
            <span className="slot-stand">{t.stand[stand]}</span>
          </span>
        </span>
      </button>
    </li>
  )
}
