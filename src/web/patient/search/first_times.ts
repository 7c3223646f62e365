import type { Language } from '../../text/language.ts'

// In the HTML of the front page (src/server/first_times.ts) until React replaces it.
const section = document.getElementById('first-times')

/** The first free times as the server has written them, in a language; undefined if there are none. */
export const firstTimes = (language: Language): HTMLElement | undefined =>
  section?.lang === language && section.querySelector('.time') ? section : undefined
