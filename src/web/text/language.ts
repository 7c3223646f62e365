import { useSyncExternalStore } from 'react'

export type Language = 'en' | 'de'

const storageKey = 'medislot-language'
const listeners = new Set<() => void>()

/**
 * A language tag of the browser as Intl accepts it, which refuses what some browsers have from the system: en-US for
 * "en-US@posix" and for "en_US.UTF-8", de for "de-D".
 */
function validTag(tag: string): string[] {
  for (const candidate of [tag, tag.replace(/[.@].*/, '').replaceAll('_', '-'), tag.slice(0, 2)]) {
    try {
      return Intl.getCanonicalLocales(candidate)
    } catch {
      // The next one is tried.
    }
  }
  return []
}

const browserTags = navigator.languages.flatMap(validTag)

// The language chosen earlier in this browser, or else the first of the browser's languages that the pages have.
let language: Language =
  [localStorage.getItem(storageKey), ...browserTags]
    .map((tag) => tag?.slice(0, 2))
    .find((tag): tag is Language => tag === 'en' || tag === 'de') ?? 'en'
document.documentElement.lang = language

/** Shows the pages in a language, now and on later visits. */
export function setLanguage(chosen: Language) {
  language = chosen
  localStorage.setItem(storageKey, chosen)
  document.documentElement.lang = chosen
  for (const listener of listeners) listener()
}

/** The name of something in a language, or its main name if it has no name in that language. */
export const nameIn = (language: Language, { name, names }: { name: string; names?: unknown }): string =>
  (names as Record<string, string> | undefined)?.[language] ?? name

/**
 * The language of the pages, and the locale for dates and numbers: the reader's own regional variant if the browser
 * names one.
 */
export function useLanguage(): { language: Language; locale: string } {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => language,
  )
  const locale = browserTags.find((tag) => tag.slice(0, 2) === current) ?? (current === 'de' ? 'de-DE' : 'en-GB')
  return { language: current, locale }
}

/** The texts of a file in text/<area>/, in the language of the pages. */
export function useText<Texts>(texts: Record<Language, Texts>): { t: Texts; language: Language; locale: string } {
  const { language, locale } = useLanguage()
  return { t: texts[language], language, locale }
}
