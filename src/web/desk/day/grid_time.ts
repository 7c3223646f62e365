import { clock, localDate, plusDays, startOf, zoneName } from '../../time/time.ts'
import { type DeskSlot, isOver } from '../data/slots.ts'

/** A slot's place in its column: start and end in minutes, its lane, and the number of lanes side by side. */
export interface Placed {
  slot: DeskSlot
  from: number
  to: number
  lane: number
  lanes: number
}

/** A line of the grid: its minute, and the clock time there. */
export interface Mark {
  at: number
  label?: string
}

const minutes = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 60_000

/** The slots of one doctor, without those that a newer slot has replaced. */
export function withoutReplaced(slots: DeskSlot[]): DeskSlot[] {
  return slots.filter(
    (slot) =>
      slot.status !== 'WITHDRAWN' ||
      (!slot.superseded &&
        !slots.some(
          (other) => other.status !== 'WITHDRAWN' && other.startsAt < slot.endsAt && slot.startsAt < other.endsAt,
        )),
  )
}

/** Places the slots of a day by the time elapsed since midnight, so that an hour that occurs twice has two places. */
export function placedByInstant(slots: DeskSlot[], date: string, timeZone: string): Placed[] {
  const midnight = startOf(date, timeZone)
  return side(
    slots.map((slot) => ({
      slot,
      from: Math.max(0, minutes(midnight, slot.startsAt)),
      to: minutes(midnight, slot.endsAt),
    })),
  )
}

/**
 * Places the slots of a day by clock time, so that the days of a week align. Slots of an hour that occurs twice are
 * side by side.
 */
export function placedByClock(slots: DeskSlot[], timeZone: string): Placed[] {
  return side(
    slots.map((slot) => {
      const [hour = 0, minute = 0] = clock(slot.startsAt, timeZone, 'en-GB').split(':').map(Number)
      const from = hour * 60 + minute
      return { slot, from, to: from + minutes(slot.startsAt, slot.endsAt) }
    }),
  )
}

/** Places overlapping slots side by side. */
function side(items: { slot: DeskSlot; from: number; to: number }[]): Placed[] {
  const placed: Placed[] = []
  let group: Placed[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const item of items.toSorted(
    (a, b) => a.from - b.from || Date.parse(a.slot.startsAt) - Date.parse(b.slot.startsAt),
  )) {
    if (item.from >= end) group = []
    const free = group
      .map(({ lane }) => lane)
      .filter((lane) => group.every((p) => p.lane !== lane || p.to <= item.from))
    const lane = free[0] ?? Math.max(-1, ...group.map((p) => p.lane)) + 1
    const here = { ...item, lane, lanes: 1 }
    group.push(here)
    placed.push(here)
    const lanes = Math.max(...group.map((p) => p.lane)) + 1
    for (const one of group) one.lanes = lanes
    end = Math.max(end, item.to)
  }
  return placed
}

/** The whole hours that a grid must show to contain its slots. */
export function rangeOf(placed: Placed[]): { from: number; to: number } {
  const from = Math.min(...placed.map((p) => p.from))
  const to = Math.max(...placed.map((p) => p.to))
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 }
}

/** The marks of a day's grid, with the local clock time, which skips or repeats an hour when the clocks change. */
export function marksOfDay(
  date: string,
  timeZone: string,
  range: { from: number; to: number },
  locale: string,
): Mark[] {
  const midnight = Date.parse(startOf(date, timeZone))
  const zones = clocksChange(date, timeZone)
  const marks: Mark[] = []
  for (let at = range.from; at <= range.to; at += 30) {
    const instant = new Date(midnight + at * 60_000).toISOString()
    const label = clock(instant, timeZone, locale)
    // Whole hours of clock time; they differ from those since midnight where the clocks change by half an hour.
    if (!clock(instant, timeZone, 'en-GB').endsWith(':00')) marks.push({ at })
    else marks.push({ at, label: zones ? `${label} ${zoneName(instant, timeZone, locale)}` : label })
  }
  return marks
}

/** The marks of a week's grid: those of a day without a clock change. */
export function marksOfWeek(range: { from: number; to: number }, locale: string): Mark[] {
  const marks: Mark[] = []
  for (let at = range.from; at <= range.to; at += 30) {
    const instant = new Date(Date.UTC(2001, 0, 1, 0, at)).toISOString()
    marks.push(at % 60 === 0 ? { at, label: clock(instant, 'UTC', locale) } : { at })
  }
  return marks
}

/** Whether a day of a zone has more or fewer than 24 hours. */
export const clocksChange = (date: string, timeZone: string): boolean =>
  minutes(startOf(date, timeZone), startOf(plusDays(date, 1), timeZone)) !== 24 * 60

/** The current time in minutes since the day's midnight, or undefined on another day. */
export const nowOn = (date: string, timeZone: string): number | undefined =>
  localDate(undefined, timeZone) === date ? minutes(startOf(date, timeZone), new Date().toISOString()) : undefined

/** The height of a minute in pixels: the shortest slot should have room for two lines, and at least for one. */
export function pixelsPerMinute(placed: Placed[]): number {
  const shortest = Math.min(...placed.filter(({ slot }) => slot.status !== 'WITHDRAWN').map((p) => p.to - p.from), 60)
  return Math.min(3.2, Math.max(1.1, 48 / Math.max(shortest, 1)))
}

/** The slot at which a grid starts for the keyboard: the first that is not over. */
export const firstAhead = (placed: Placed[]): Placed | undefined =>
  placed.toSorted((a, b) => a.from - b.from).find(({ slot }) => !isOver(slot)) ?? placed[0]
