import { useEffect, useSyncExternalStore } from 'react'
import { Icon } from '../parts/icon.tsx'

const listeners = new Set<() => void>()
let said: { text: string } | undefined

function set(next: typeof said) {
  said = next
  for (const listener of listeners) listener()
}

/** Tells at the foot of the window, for some seconds and to screen readers, that something worked. */
export const say = (text: string) => set({ text })

/** Where it is told. */
export function Said() {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
  )
  useEffect(() => {
    if (!now) return
    const timer = setTimeout(() => set(undefined), 6000)
    return () => clearTimeout(timer)
  }, [now])
  // Always there: what comes into a region that is already known is read out.
  return (
    <div className="said" role="status">
      {now && (
        <p>
          <Icon name="check" />
          {now.text}
        </p>
      )}
    </div>
  )
}
