import type { Texts } from '../text/en.ts'

/** What an input says of its value, in the reader's language: the browser's own words are in the browser's. */
export function wordsOfValidity(
  validity: Partial<ValidityState>,
  { type = '', min = '', max = '', minLength = 0 }: { type?: string; min?: string; max?: string; minLength?: number },
  t: Texts,
): string {
  if (validity.valueMissing) return t.problem.required
  if (validity.typeMismatch && type === 'email') return t.refusal.invalid_email ?? t.problem.invalid
  if (validity.tooShort) return t.problem.tooShort(minLength)
  if (validity.rangeUnderflow && type === 'number') return t.problem.atLeast(min)
  if (validity.rangeOverflow && type === 'number') return t.problem.atMost(max)
  return t.problem.invalid
}
