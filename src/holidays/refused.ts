import { Refusal } from '../request/refusal.ts'

export const refused = (argument: string, message: string) => new Refusal('invalid_argument', message, { argument })

/**
 * Refuses a text that is not a language tag: Intl would throw, and the library would treat "constructor" as a language.
 */
export function checkLanguage(language: string | null | undefined): void {
  if (language != null && !/^[a-z]{2,3}(-[a-z]{2})?$/i.test(language)) throw refused('language', 'No such language.')
}
