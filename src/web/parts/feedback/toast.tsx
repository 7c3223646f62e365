import { useEffect, useSyncExternalStore } from 'react'
import { Icon } from '../icon.tsx'
import './toast.css'

const listeners = new Set<() => void>()
let toast: { text: string } | undefined

function set(next: typeof toast) {
  toast = next
  for (const listener of listeners) listener()
}

/** Shows a message at the bottom of the window for some seconds, and announces it to screen readers. */
export const showToast = (text: string) => set({ text })

/** The place for such a message. */
export function Toast() {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toast,
  )
  useEffect(() => {
    if (!now) return
    const timer = setTimeout(() => set(undefined), 6000)
    return () => clearTimeout(timer)
  }, [now])
  // Always rendered: screen readers announce changes only in a region that already exists.
  return (
    <div className="toast" role="status">
      {now && (
        <p>
          <Icon name="check" />
          {now.text}
        </p>
      )}
    </div>
  )
}
