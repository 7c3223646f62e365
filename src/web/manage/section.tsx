import type { ReactNode } from 'react'
import { Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useText } from '../text/language.ts'
import type { Asked } from '../use_query.ts'
import { useManageText } from './text/common.ts'

interface SectionProps {
  title: string
  lead?: ReactNode
  /** What one mostly does here, beside the heading. */
  action?: ReactNode
  children: ReactNode
}

/** A page of the managers', beside their navigation. */
export function Section({ title, lead, action, children }: SectionProps) {
  return (
    <Page title={title} lead={lead} wide>
      {action && <div className="section-action">{action}</div>}
      {children}
    </Page>
  )
}

/** What was asked for, once it is there; until then its bones, and what went wrong. */
export function Loaded<Result>({
  asked,
  bones = 'list',
  children,
}: {
  asked: Asked<Result>
  /** What stands in its place: rows, or one large thing. */
  bones?: 'list' | 'block'
  children: (data: Result) => ReactNode
}) {
  const { t } = useText()
  const { data, error, again } = asked
  return (
    <>
      {error !== undefined && <Problem error={error} again={again} />}
      {data !== undefined && children(data)}
      {data === undefined && error === undefined && (
        <div className={`bones ${bones}`}>
          <p className="visually-hidden" role="status">
            {t.problem.loading}
          </p>
          {Array.from({ length: bones === 'list' ? 5 : 1 }, (_, n) => n).map((n) => (
            <div key={n} className="bone" />
          ))}
        </div>
      )}
    </>
  )
}

/** Below a list of which there is more. */
export function More({ listed, more, loading }: { listed: { hasMore: boolean }; more(): void; loading: boolean }) {
  const { t } = useManageText()
  if (!listed.hasMore) return null
  return (
    <button type="button" className="button more-button" aria-disabled={loading} onClick={more}>
      {t.more}
    </button>
  )
}

/** Whether something still counts. */
export function ActiveTag({ active }: { active: boolean }) {
  const { t } = useManageText()
  return <span className={`tag${active ? ' completed' : ''}`}>{active ? t.active : t.inactive}</span>
}
