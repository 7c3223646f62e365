import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Sheet } from '../parts/sheet.tsx'
import { useManageText } from './text/common.ts'

const unsaved = new Set<symbol>()

/** While `dirty`, leaving the page is asked about. */
export function useUnsaved(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return
    const id = Symbol()
    unsaved.add(id)
    return () => {
      unsaved.delete(id)
    }
  }, [dirty])
}

/** Asks before a page with unsaved changes is left: by a link, by the browser's buttons, or by closing the window. */
export function UnsavedGuard() {
  const { t } = useManageText()
  const [to, setTo] = useState<string>()
  const [, go] = useLocation()
  useEffect(() => {
    const leaving = (event: NavigateEvent) => {
      const url = new URL(event.destination.url)
      // Leaving for another site is asked about by the browser itself, below.
      if (unsaved.size === 0 || !event.cancelable || url.origin !== location.origin) return
      if (url.pathname === location.pathname || event.downloadRequest !== null) return
      event.preventDefault()
      setTo(url.pathname + url.search)
    }
    const closing = (event: BeforeUnloadEvent) => {
      if (unsaved.size > 0) event.preventDefault()
    }
    // Browsers without it do not ask within the site, only when the window is closed.
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
            unsaved.clear()
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
