import type { commonTexts } from '../../text/shared/common.ts'

/**
 * What is wrong with the value of a control, in the reader's language; the browser's own texts are in the browser's
 * language.
 */
export function validityText(
  validity: Partial<ValidityState>,
  { type = '', min = '', max = '', minLength = 0 }: { type?: string; min?: string; max?: string; minLength?: number },
  t: typeof commonTexts.en,
): string {
  if (validity.valueMissing) return t.required
  if (validity.typeMismatch && type === 'email') return t.invalidEmail
  if (validity.tooShort) return t.tooShort(minLength)
  if (validity.rangeUnderflow && type === 'number') return t.atLeast(min)
  if (validity.rangeOverflow && type === 'number') return t.atMost(max)
  return t.invalid
}
