import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { useText } from '../text/language.ts'
import { Icon } from './icon.tsx'

let first = true

interface PageProps {
  title: string
  lead?: ReactNode
  /** Where one came from, above the heading. */
  back?: { href: string; label: string }
  /** For forms and texts: a line's length rather than the window's. */
  narrow?: boolean
  /** The whole window, for the desk. */
  wide?: boolean
  /** What the page is about: another one is another page, also where the rest of it stays. */
  about?: string
  children: ReactNode
}

/**
 * A page below the bar: its heading, which is also the window's title, and its content. Coming from another page the
 * heading takes the focus, so that a screen reader tells where one is and Tab goes on from there.
 */
export function Page({ title, lead, back, narrow, wide, about, children }: PageProps) {
  const { t } = useText()
  const heading = useRef<HTMLHeadingElement>(null)
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
          <a href="/third-party-notices.txt">{t.nav.licences}</a>
        </footer>
      )}
    </main>
  )
}
