import type { ReactNode } from 'react'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'

interface SectionProps {
  title: string
  lead?: ReactNode
  /** A link back, above the heading. */
  back?: { href: string; label: string }
  /** The main action of the page, shown beside the heading. */
  action?: ReactNode
  children: ReactNode
}

/** A page for managers, shown beside their navigation. */
export function Section({ title, lead, back, action, children }: SectionProps) {
  return (
    <Page title={title} lead={lead} wide {...(back && { back })}>
      {action && <div className="section-action">{action}</div>}
      {children}
    </Page>
  )
}

/** Shows whether something is active. */
export function ActiveTag({ active }: { active: boolean }) {
  const { t } = useText(manageTexts)
  return <span className={`tag${active ? ' completed' : ''}`}>{active ? t.active : t.inactive}</span>
}
