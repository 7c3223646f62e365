/** An interval as the API gives it. */
export interface Interval {
  days?: number | null
  hours?: number | null
  minutes?: number | null
}

/** The minutes of an interval; 0 for none. */
export const minutesOf = (interval: Interval | null | undefined): number =>
  ((interval?.days ?? 0) * 24 + (interval?.hours ?? 0)) * 60 + (interval?.minutes ?? 0)

/** An instant some minutes later. */
export const plusMinutes = (instant: string, minutes: number): string =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString()
