import { useSyncExternalStore } from 'react'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'

export type Language = 'en' | 'de'

const texts: Record<Language, Texts> = { en, de }
const stored = 'medislot-language'
const listeners = new Set<() => void>()

// What was chosen here before, else the browser's first language that we have.
let language: Language =
  [localStorage.getItem(stored), ...navigator.languages]
    .map((tag) => tag?.slice(0, 2))
    .find((tag): tag is Language => tag === 'en' || tag === 'de') ?? 'en'
document.documentElement.lang = language

/** Shows the pages in a language from now on, and next time. */
export function setLanguage(chosen: Language) {
  language = chosen
  localStorage.setItem(stored, chosen)
  document.documentElement.lang = chosen
  for (const listener of listeners) listener()
}

/** The name of something that has names by language, in the one given or else the one it always has. */
export const nameIn = (language: Language, { name, names }: { name: string; names?: unknown }): string =>
  (names as Record<string, string> | undefined)?.[language] ?? name

/**
 * The texts of a part of the pages that is fetched when somebody goes there: a hook as useText() is. Its `refusal`, of
 * codes that are met only there, is told wherever a refusal is.
 */
export function areaTexts<AreaTexts>(area: Record<Language, AreaTexts & { refusal?: Record<string, string> }>) {
  for (const tag of ['en', 'de'] as const) texts[tag].refusal = { ...area[tag].refusal, ...texts[tag].refusal }
  return () => {
    const { language: current, locale } = useText()
    return { t: area[current], language: current, locale }
  }
}

/** The language of the pages, their texts, and the locale for dates: the reader's own variety where the browser names one. */
export function useText(): { t: Texts; language: Language; locale: string } {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => language,
  )
  const locale =
    navigator.languages.find((tag) => tag.slice(0, 2) === current) ?? (current === 'de' ? 'de-DE' : 'en-GB')
  return { t: texts[current], language: current, locale }
}
