import { useState } from 'react'
import { newIdempotencyKey } from './keys.ts'

/** Adds an idempotency key to an input. While the component is mounted, equal inputs get the same key. */
export function useKeyed() {
  const [keys] = useState(new Map<string, string>())
  return <Input extends object>(input: Input, what = ''): Input & { idempotencyKey: string } => {
    const request = what + JSON.stringify(input)
    const idempotencyKey = keys.get(request) ?? newIdempotencyKey()
    keys.set(request, idempotencyKey)
    return { ...input, idempotencyKey }
  }
}
