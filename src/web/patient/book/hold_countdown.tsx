import { Icon } from '../../parts/icon.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { minutesAndSeconds } from '../../time/time.ts'

/** How long a time is still held: whole seconds, undefined until it is held, 0 when it no longer is. */
export function HoldCountdown({ left }: { left: number | undefined }) {
  const { t } = useText(bookTexts)
  return (
    <p className={`countdown${left === 0 ? ' over' : ''}`}>
      <Icon name="clock" />
      <span aria-hidden="true">
        {left === undefined ? t.holding : left > 0 ? t.heldFor(minutesAndSeconds(left)) : t.expired}
      </span>
      <span className="visually-hidden" role="status">
        {announced(left, t)}
      </span>
    </p>
  )
}

/** The text for screen readers: not every second, but at the start, near the end, and at the end. */
function announced(left: number | undefined, t: typeof bookTexts.en): string {
  if (left === undefined) return t.holding
  if (left === 0) return t.expired
  return left > 300 ? t.held : t.heldMinutes(left > 60 ? 5 : 1)
}
