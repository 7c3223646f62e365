import { useEffect, useRef, useState } from 'react'
import { useText } from '../../text/language.ts'
import { overviewTexts } from '../../text/manage/overview.ts'
import { dateText } from '../../time/time.ts'
import { allOf, type Counts, type Part, parts } from './counts.ts'

interface ChartProps {
  days: ({ date: string } & Counts)[]
  today: string
  label: string
  /** Called with the day under the pointer, whose numbers are shown. */
  point(date: string | undefined): void
}

const height = 260
const margin = { top: 12, right: 4, bottom: 40, left: 36 }

/** A scale that ends at or above a number, in round steps. */
function scale(most: number): { top: number; step: number } {
  const rough = Math.max(most, 4) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough
  return { top: Math.ceil(Math.max(most, 1) / step) * step, step }
}

/** Where the parts of a chart are, in pixels. */
function layoutOf(days: ChartProps['days'], width: number) {
  const { top, step } = scale(Math.max(...days.map(allOf)))
  const innerHeight = height - margin.top - margin.bottom
  const column = (width - margin.left - margin.right) / days.length
  return {
    width,
    innerHeight,
    /** The widths of a day and of its bar. */
    column,
    bar: Math.max(column * 0.72, 3),
    y: (value: number) => margin.top + innerHeight * (1 - value / top),
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step),
  }
}

type Layout = ReturnType<typeof layoutOf>

/** A bar for each day, divided by the states of its slots. A table shows the same numbers. */
export function Chart({ days, today, label, point }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(720)
  useEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])

  const layout = layoutOf(days, width)
  const { y } = layout
  return (
    <div ref={box} className="chart">
      <svg width={width} height={height} role="img" aria-label={label} onPointerLeave={() => point(undefined)}>
        <Scale layout={layout} />
        {days.map((day, n) => (
          <g key={day.date} className="chart-day" onPointerEnter={() => point(day.date)}>
            <Column layout={layout} n={n} isToday={day.date === today} />
            <Bar layout={layout} n={n} counts={day} />
            <DayLabels layout={layout} n={n} date={day.date} />
          </g>
        ))}
        <line className="chart-base" x1={margin.left} x2={width - margin.right} y1={y(0)} y2={y(0)} />
      </svg>
    </div>
  )
}

function Scale({ layout: { width, ticks, y } }: { layout: Layout }) {
  return (
    <>
      <g className="chart-lines">
        {ticks.map((tick) => (
          <line key={tick} x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
        ))}
      </g>
      <g className="chart-ticks">
        {ticks.map((tick) => (
          <text key={tick} x={margin.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {tick}
          </text>
        ))}
      </g>
    </>
  )
}

/** The parts of the chart for one day. `n` counts the days from 0. */
interface OfDay {
  layout: Layout
  n: number
}

const leftOf = ({ layout, n }: OfDay) => margin.left + n * layout.column

/** The area of a day that reacts to the pointer. */
function Column({ isToday, ...day }: OfDay & { isToday: boolean }) {
  const { column, innerHeight } = day.layout
  const left = leftOf(day)
  return (
    <>
      <rect className="chart-hit" x={left} y={margin.top} width={column} height={innerHeight + margin.bottom} />
      {isToday && <rect className="chart-today" x={left} y={margin.top} width={column} height={innerHeight} rx="4" />}
    </>
  )
}

function Bar({ counts, ...day }: OfDay & { counts: Counts }) {
  const { column, bar, y } = day.layout
  let below = 0
  return parts.map((part: Part) => {
    const value = counts[part]
    if (value === 0) return null
    const from = y(below)
    below += value
    return (
      <rect
        key={part}
        className={`chart-part ${part}`}
        x={leftOf(day) + (column - bar) / 2}
        y={y(below)}
        width={bar}
        height={Math.max(from - y(below) - 1, 1)}
        rx={Math.min(2, bar / 4)}
      />
    )
  })
}

/** The first day of a week is labelled with its date, and each day with its weekday if there is space. */
function DayLabels({ date, ...day }: OfDay & { date: string }) {
  const { locale } = useText(overviewTexts)
  const { column } = day.layout
  const left = leftOf(day)
  return (
    <>
      {day.n % 7 === 0 && (
        <>
          <line className="chart-week" x1={left} x2={left} y1={margin.top} y2={height - 14} />
          <text className="chart-date" x={left + 5} y={height - 10}>
            {dateText(date, locale, { day: 'numeric', month: 'short' })}
          </text>
        </>
      )}
      {column > 15 && (
        <text className="chart-weekday" x={left + column / 2} y={height - 27} textAnchor="middle">
          {dateText(date, locale, { weekday: 'narrow' })}
        </text>
      )}
    </>
  )
}
