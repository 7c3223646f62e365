import { useState } from 'react'
import { Refusal } from '../../data/client.ts'

/**
 * For forms that ask for the current password: the properties of its field, at which a wrong one is reported, and those
 * parts of the form that set and clear the error. `wrongText` is the error.
 */
export function useCurrentPassword(wrongText: string) {
  const [wrong, setWrong] = useState(false)
  return {
    field: {
      type: 'password',
      autoComplete: 'current-password',
      error: wrong ? wrongText : undefined,
      required: true,
    } as const,
    clear: () => setWrong(false),
    onRefusal(refusal: unknown): boolean {
      const isWrong = refusal instanceof Refusal && refusal.code === 'wrong_credentials'
      setWrong(isWrong)
      return isWrong
    },
  }
}
