import { Icon } from '../../parts/icon.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { onlineTexts } from '../../text/shared/online.ts'

interface VisitActionsProps {
  /** The address of an online visit. */
  joinPath: string | null | undefined
  downloadCalendarFile(): void
  printable?: boolean
  /** Begins to move or to cancel it; undefined if it can no longer be changed. */
  start: ((what: 'move' | 'cancel') => void) | undefined
}

/** What a patient can do with an appointment that is booked. */
export function VisitActions({ joinPath, downloadCalendarFile, printable = false, start }: VisitActionsProps) {
  const { t } = useText(bookingsTexts)
  const { t: online } = useText(onlineTexts)
  return (
    <div className="actions">
      {joinPath && (
        <a href={joinPath} className="button primary">
          {online.join}
        </a>
      )}
      <button type="button" className="button primary" onClick={downloadCalendarFile}>
        <Icon name="calendar" />
        {t.calendar}
      </button>
      {printable && (
        <button type="button" className="button" onClick={() => print()}>
          <Icon name="print" />
          {t.print}
        </button>
      )}
      {start && (
        <>
          <button type="button" className="button" onClick={() => start('move')}>
            {t.reschedule}
          </button>
          <button type="button" className="button quiet-danger" onClick={() => start('cancel')}>
            {t.cancel}
          </button>
        </>
      )}
    </div>
  )
}
