const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** A time of day as the API writes it, from minutes after midnight: "08:30". */
export const timeOf = (minutes: number): string => {
  const ofDay = minutes % 1440
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`
}

/** The minutes from one time of day to another. An end that is not after the start is on the next day. */
export const minutesBetween = (start: string, end: string): number =>
  ((minutesOf(end) - minutesOf(start) + 1439) % 1440) + 1

/** A time of day in the reader's format: "8:30 am". It is a local time without a date, not an instant. */
export const localClock = (time: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(
    new Date(minutesOf(time) * 60_000),
  )

/** The times of a series: as many of a length as fit between two times. The end may be on the next day. */
export function series(from: string, until: string, minutes: number): { start: string; end: string }[] {
  if (!from || !until || !(minutes >= 1) || from === until) return []
  const first = minutesOf(from)
  const count = Math.min(Math.floor(minutesBetween(from, until) / minutes), 100)
  return Array.from({ length: count }, (_, n) => ({
    start: timeOf(first + n * minutes),
    end: timeOf(first + (n + 1) * minutes),
  }))
}
