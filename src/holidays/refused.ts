import { Refusal } from '../request/refusal.ts'

export const refused = (argument: string, message: string) => new Refusal('invalid_argument', message, { argument })

/** Refuses what is no language tag: Intl would throw, and the library would take "constructor" for a language. */
export function checkLanguage(language: string | null | undefined): void {
  if (language != null && !/^[a-z]{2,3}(-[a-z]{2})?$/i.test(language)) throw refused('language', 'No such language.')
}
