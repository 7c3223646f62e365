// The formats in which dates, times and identifiers are accepted, the same in GraphQL and REST. PostgreSQL accepts many more
// ("3.4.2027", "tomorrow", "allballs", a time without an offset), and reads some of them in another way than the client meant.

const daysOfMonth = (year: number, month: number) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()

/** A calendar date as YYYY-MM-DD, of the years 0001 to 9999. */
export function isIsoDate(text: string): boolean {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number)
  if (!year || !month || !day) return false
  return month <= 12 && day <= daysOfMonth(year, month)
}

/**
 * A point in time as in RFC 3339: a date, `T`, a time to the second or finer, and the offset from UTC, `Z` or
 * ±hh:mm. Offsets end at ±15:59, as in PostgreSQL. Leap seconds are not accepted, since PostgreSQL does not count them.
 */
export function isIsoDatetime(text: string): boolean {
  const offset = '(?:[Zz]|[+-](?:0\\d|1[0-5]):[0-5]\\d)'
  const parts = new RegExp(`^(.{10})[Tt](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?${offset}$`).exec(text)
  return isIsoDate(parts?.[1] ?? '')
}

/** A time of day as hh:mm or hh:mm:ss, with up to six decimals, without an offset; 24:00 is the end of a day. */
export const isoTime = '^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?|24:00(:00([.]0{1,6})?)?)$'

/** A UUID of 32 hexadecimal digits and four hyphens. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
