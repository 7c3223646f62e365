import { checkLanguage } from './refused.ts'

/** The library's data, of all countries, are loaded when somebody asks for the first time. */
export const library = async () => (await import('date-holidays')).default

/**
 * The regions of the world, of a country or of a part of it, by their codes: DE, DE-BY, DE-BY-A. Refuses
 * invalid_argument.
 */
export async function regions(within: string | null | undefined, language: string | null | undefined) {
  checkLanguage(language)
  const Holidays = await library()
  const known = new Holidays()
  const [country, state, beyond] = (within ?? '').split('-')
  const names =
    (beyond === undefined &&
      (state && country
        ? known.getRegions(country, state, language ?? 'en')
        : country
          ? known.getStates(country, language ?? 'en')
          : known.getCountries(language ?? 'en'))) ||
    {}
  return Object.entries(names as Record<string, string>)
    .map(([code, name]) => ({ code: within ? `${within}-${code}` : code, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language ?? 'en'))
}
