import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { useText } from '../../text/language.ts'
import { navigationTexts } from '../../text/shared/navigation.ts'
import { Icon } from '../icon.tsx'

let first = true

interface PageProps {
  title: string
  lead?: ReactNode
  /** A link back, above the heading. */
  back?: { href: string; label: string }
  /** For forms and texts: limits the width to that of a line. */
  narrow?: boolean
  /** Uses the whole window, for the desk. */
  wide?: boolean
  /** The subject of the page. Another subject counts as another page. */
  about?: string
  children: ReactNode
}

/**
 * A page below the bar: its heading, which is also the window's title, and its content. After another page, the
 * heading gets the focus, so that a screen reader announces the page and Tab continues from there.
 */
export function Page({ title, lead, back, narrow, wide, about, children }: PageProps) {
  const { t } = useText(navigationTexts)
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject counts as another page
  useEffect(() => {
    if (!first) {
      heading.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
    first = false
  }, [about])
  useEffect(() => {
    document.title = title === 'medislot' ? title : `${title} · medislot`
  }, [title])
  return (
    <main id="content" className={`page${narrow ? ' narrow' : ''}${wide ? ' wide' : ''}`}>
      {back && (
        <Link href={back.href} className="back-link">
          <Icon name="arrowLeft" />
          {back.label}
        </Link>
      )}
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="lead">{lead}</p>}
      </header>
      {children}
      {!wide && (
        <footer className="page-foot">
          <a href="/third-party-notices.txt">{t.licences}</a>
        </footer>
      )}
    </main>
  )
}
