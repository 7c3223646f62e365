import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Unreachable } from '../../data/client.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { Icon } from '../icon.tsx'
import { Page } from '../layout/page.tsx'
import { useErrorText } from './error_text.ts'

/** A message in the page. `bad` interrupts a screen reader; the others do not. */
export function Notice({
  tone,
  title,
  children,
}: {
  tone: 'good' | 'bad' | 'plain'
  title?: string
  children?: ReactNode
}) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={tone === 'good' ? 'check' : tone === 'bad' ? 'alert' : 'info'} />
      <div>
        {title && <p className="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  )
}

/** Shows an error, with a button to retry if that may help. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useText(commonTexts)
  const errorText = useErrorText()
  return (
    <Notice tone="bad" title={error instanceof Unreachable ? t.offlineTitle : t.title}>
      <p>{errorText(error)}</p>
      {retry && (
        <button type="button" className="button small" onClick={retry}>
          {t.again}
        </button>
      )}
    </Notice>
  )
}

/** Shown in place of an empty list, with what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name="calendar" />
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** Shown while a page is loading. */
export function Loading() {
  const { t } = useText(commonTexts)
  return (
    <main id="content" className="page">
      <p className="pending visually-hidden" role="status">
        {t.loading}
      </p>
    </main>
  )
}

/** The page for unknown addresses. */
export function NotFound() {
  const { t } = useText(commonTexts)
  return (
    <Page title={t.notFoundTitle} lead={t.notFound} narrow>
      <Link href="/" className="button primary">
        {t.home}
      </Link>
    </Page>
  )
}
