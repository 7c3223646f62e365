import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { discardUnsavedChanges, hasUnsavedChanges } from '../../parts/form/unsaved.ts'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'

/** Asks before a page with unsaved changes is left: by a link, by the browser's buttons, or by closing the window. */
export function UnsavedGuard() {
  const { t } = useText(manageTexts)
  const [to, setTo] = useState<string>()
  const [, go] = useLocation()
  useEffect(() => {
    const leaving = (event: NavigateEvent) => {
      const url = new URL(event.destination.url)
      // For another site the browser asks; see `closing`.
      if (!hasUnsavedChanges() || !event.cancelable || url.origin !== location.origin) return
      if (url.pathname === location.pathname || event.downloadRequest !== null) return
      event.preventDefault()
      setTo(url.pathname + url.search)
    }
    const closing = (event: BeforeUnloadEvent) => {
      if (hasUnsavedChanges()) event.preventDefault()
    }
    // Browsers without the Navigation API ask only when the window is closed.
    globalThis.navigation?.addEventListener('navigate', leaving)
    addEventListener('beforeunload', closing)
    return () => {
      globalThis.navigation?.removeEventListener('navigate', leaving)
      removeEventListener('beforeunload', closing)
    }
  }, [])
  if (to === undefined) return null
  return (
    <Sheet title={t.unsavedTitle} close={() => setTo(undefined)}>
      <p>{t.unsaved}</p>
      <div className="form-end">
        <button
          type="button"
          className="button danger"
          onClick={() => {
            discardUnsavedChanges()
            setTo(undefined)
            go(to)
          }}
        >
          {t.leave}
        </button>
        <button type="button" className="button" onClick={() => setTo(undefined)}>
          {t.stay}
        </button>
      </div>
    </Sheet>
  )
}
