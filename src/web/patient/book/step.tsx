import type { ReactNode } from 'react'

/** A card of the page on which a time is booked. */
export function Step({ title, hidden, children }: { title?: string; hidden?: boolean; children: ReactNode }) {
  return (
    <div className="card padded step" hidden={hidden}>
      {title && <h2>{title}</h2>}
      {children}
    </div>
  )
}
