import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Refusal, Unreachable } from '../graphql/client.ts'
import type { Texts } from '../text/en.ts'
import { useText } from '../text/language.ts'
import { Icon } from './icon.tsx'
import { Page } from './page.tsx'

/** What went wrong, in the reader's words: by a refusal's code, never by its message, unless the code is new to us. */
export function wordsOf(error: unknown, t: Texts): string {
  if (error instanceof Refusal) return t.refusal[error.code] ?? error.message
  return error instanceof Unreachable ? t.problem.offline : (t.refusal.internal_error ?? '')
}

/** A message in the page. `bad` interrupts a screen reader, the others wait for their turn. */
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

/** An error, and a button to try again when that may help. */
export function Problem({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useText()
  return (
    <Notice tone="bad" title={error instanceof Unreachable ? t.problem.offlineTitle : t.problem.title}>
      <p>{wordsOf(error, t)}</p>
      {again && (
        <button type="button" className="button small" onClick={again}>
          {t.problem.again}
        </button>
      )}
    </Notice>
  )
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name="calendar" />
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** Stands where a page will be. */
export function Loading() {
  const { t } = useText()
  return (
    <main id="content" className="page">
      <p className="visually-hidden" role="status">
        {t.problem.loading}
      </p>
    </main>
  )
}

/** An address that is no page. */
export function NotFound() {
  const { t } = useText()
  return (
    <Page title={t.problem.notFoundTitle} lead={t.problem.notFound} narrow>
      <Link href="/" className="button primary">
        {t.problem.home}
      </Link>
    </Page>
  )
}
