import { useState } from 'react'
import { Refusal } from '../../data/client.ts'

/**
 * For forms that ask for the current password: the properties of its field, and the functions with which the form reports a wrong
 * password there and clears the error. `wrongText` is the text of the error.
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
