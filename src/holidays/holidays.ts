import type { HolidaysTypes } from 'date-holidays'
import { checkLanguage, refused } from './refused.ts'
import { library, regions } from './regions.ts'

export interface Asked {
  /** A country, or a part of one, such as DE-BE. */
  region: string
  year: number
  /** Of the names; by default the country's. */
  language: string | null | undefined
}

/**
 * The public holidays of a region in a year, by the library date-holidays, with the source keys of the absences that
 * app_public.add_holidays makes of them. Refuses invalid_argument.
 */
export async function holidays({ region, year, language }: Asked) {
  checkLanguage(language)
  const Holidays = await library()
  const thisYear = new Date().getUTCFullYear()
  if (year < thisYear - 1 || year > thisYear + 3)
    throw refused('year', 'Holidays are proposed for last year to three years from now.')
  const [country = '', state, part] = region.split('-')
  const calendar = new Holidays()
  // The library ignores parts of a country that it does not know.
  const isKnown = (await regions(region.includes('-') ? region.replace(/-[^-]*$/, '') : null, null)).some(
    ({ code }) => code === region,
  )
  if (!isKnown) throw refused('region', 'No such region.')
  if (part && state) calendar.init(country, state, part)
  else if (state) calendar.init(country, state)
  else calendar.init(country)
  return (calendar.getHolidays(year, language ?? undefined) ?? [])
    .filter(({ type }) => type === 'public')
    .flatMap((holiday) => daysOf(holiday, region))
}

const day = 86_400_000

/** The days of a holiday. One that begins at noon, such as New Year's Eve in some countries, has a start. */
function daysOf({ date, start, end, name }: HolidaysTypes.Holiday, region: string) {
  const [first = '', time = ''] = date.split(' ')
  const startTime = time.slice(0, 8)
  // On days with a clock change it has 23 or 25 hours.
  const length = Math.max(Math.round((end.getTime() - start.getTime()) / day), 1)
  return Array.from({ length }, (_, n) => {
    const on = new Date(Date.parse(first) + n * day).toISOString().slice(0, 10)
    return {
      date: on,
      startTime: n === 0 && startTime !== '00:00:00' ? startTime : null,
      name,
      sourceKey: `holiday:${region}:${on}`,
    }
  })
}
