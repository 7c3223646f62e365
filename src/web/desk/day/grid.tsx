import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { dayTexts } from '../../text/desk/day.ts'
import { useText } from '../../text/language.ts'
import { firstAhead, type Mark, type Placed, pixelsPerMinute } from './grid_time.ts'
import { SlotCell } from './slot_cell.tsx'

export interface Column {
  key: string
  /** The heading, whose id is `column-<key>`. */
  head: ReactNode
  placed: Placed[]
  /** The current time in minutes since midnight, if the column is today. */
  now?: number | undefined
  withZone?: boolean
}

interface GridProps {
  columns: Column[]
  range: { from: number; to: number }
  marks: Mark[]
  changed: ReadonlySet<string>
  open(slotId: string): void
}

/**
 * Columns of slots beside a time scale. Each column is a list under its heading. The grid is one Tab stop; the arrow
 * keys move up and down in time, and left and right to the slot of another column at that time.
 */
export function Grid({ columns, range, marks, changed, open }: GridProps) {
  const { t } = useText(dayTexts)
  const all = columns.flatMap(({ placed }) => placed)
  const minute = pixelsPerMinute(all)
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string>()
  const first = firstAhead(all)?.slot.id
  const tabbable = all.some(({ slot }) => slot.id === current) ? current : first
  const today = columns.find((column) => column.now !== undefined)?.now
  const now = today !== undefined && today >= range.from && today <= range.to ? today : undefined
  const scale: Scale = { range, minute, marks }

  const keys = columns.map(({ key }) => key).join()
  const scrolledFor = useRef<string>(undefined)
  useLayoutEffect(() => {
    // Other columns are shown from an hour before now, not from the morning.
    if (now !== undefined && scroller.current && scrolledFor.current !== keys) {
      scroller.current.scrollTop = (now - range.from - 60) * minute
    }
    scrolledFor.current = now !== undefined ? keys : undefined
  })

  function walk(event: KeyboardEvent) {
    const id = (event.target as HTMLElement).dataset.slot
    const column = columns.findIndex(({ placed }) => placed.some(({ slot }) => slot.id === id))
    const next = target(columns, column, id, event.key)
    if (!next) return
    event.preventDefault()
    scroller.current?.querySelector<HTMLElement>(`[data-slot="${next.slot.id}"]`)?.focus()
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot scroll both ways in every browser
    <div className="grid-scroll" ref={scroller} role="group" aria-label={t.grid} onKeyDown={walk}>
      <div className="grid">
        <Ruler scale={scale} now={now} />
        {columns.map((column) => (
          <section key={column.key} className="grid-column" aria-labelledby={`column-${column.key}`}>
            <div className="grid-head">{column.head}</div>
            <Cells
              column={column}
              scale={scale}
              showsNow={now !== undefined}
              changed={changed}
              tabbable={tabbable}
              open={open}
              focused={setCurrent}
            />
          </section>
        ))}
      </div>
    </div>
  )
}

/** How minutes of the day are placed in the grid. */
interface Scale extends Pick<GridProps, 'range' | 'marks'> {
  /** The height of a minute, pixels. */
  minute: number
}

const heightOf = ({ range, minute }: Scale) => (range.to - range.from) * minute

/** The times beside the columns. */
function Ruler({ scale, now }: { scale: Scale; now: number | undefined }) {
  const { t } = useText(dayTexts)
  const { range, minute, marks } = scale
  return (
    <div className="ruler" aria-hidden="true">
      <div className="grid-head" />
      <div className="ruler-marks" style={{ height: heightOf(scale) }}>
        {marks.map(
          ({ at, label }) =>
            label && (
              <span key={at} style={{ top: (at - range.from) * minute }}>
                {label}
              </span>
            ),
        )}
        {now !== undefined && <NowMark top={(now - range.from) * minute} label={t.now} />}
      </div>
    </div>
  )
}

interface CellsProps extends Pick<GridProps, 'changed' | 'open'> {
  column: Column
  scale: Scale
  showsNow: boolean
  /** The slot that has the grid's Tab stop. */
  tabbable: string | undefined
  focused(slotId: string): void
}

/** The slots of a column. */
function Cells({ column, scale, showsNow, changed, tabbable, open, focused }: CellsProps) {
  const { placed, now, withZone = false } = column
  const { range, minute, marks } = scale
  return (
    <div className="grid-cells" style={{ height: heightOf(scale) }}>
      {marks.map(({ at, label }) => (
        <i key={at} className={label ? 'hour' : 'half'} style={{ top: (at - range.from) * minute }} />
      ))}
      {now !== undefined && showsNow && <i className="now" style={{ top: (now - range.from) * minute }} />}
      <ol>
        {placed.map((one) => (
          <SlotCell
            key={one.slot.id}
            placed={one}
            top={range.from}
            minute={minute}
            withZone={withZone}
            changed={changed.has(one.slot.id)}
            tabbable={one.slot.id === tabbable}
            open={() => open(one.slot.id)}
            focused={() => focused(one.slot.id)}
          />
        ))}
      </ol>
    </div>
  )
}

function NowMark({ top, label }: { top: number; label: string }) {
  return (
    <b className="now-label" style={{ top }}>
      {label}
    </b>
  )
}

/** The slot that a key moves to from a slot, if any. */
function target(columns: Column[], column: number, id: string | undefined, key: string): Placed | undefined {
  const placed = columns[column]?.placed ?? []
  const at = placed.findIndex(({ slot }) => slot.id === id)
  const here = placed[at]
  if (!here) return undefined
  const nearest = (others: Placed[]) =>
    others.toSorted((a, b) => Math.abs(a.from - here.from) - Math.abs(b.from - here.from))[0]
  const beside = (step: number) => {
    for (let n = column + step; columns[n]; n += step) {
      const found = nearest(columns[n]?.placed ?? [])
      if (found) return found
    }
    return undefined
  }
  switch (key) {
    case 'ArrowDown':
      return placed[at + 1]
    case 'ArrowUp':
      return placed[at - 1]
    case 'ArrowRight':
      return beside(1)
    case 'ArrowLeft':
      return beside(-1)
    case 'Home':
      return placed[0]
    case 'End':
      return placed.at(-1)
  }
  return undefined
}

/** The current time, updated twice a minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
