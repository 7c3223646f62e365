import type { ReactNode } from 'react'
import { Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useText } from '../text/language.ts'
import type { Paging } from '../use_pages.ts'
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

interface PagedProps<Node> {
  asked: Paging<Node>
  /** Said when there is nothing. */
  empty: ReactNode
  /** Which of those that are there are shown, and in which order. */
  pick?(nodes: Node[]): Node[]
  children(nodes: Node[]): ReactNode
}

/** A list as far as it is there, and a button for more of it; or what is said when there is nothing. */
export function Paged<Node>({ asked, empty, pick = (nodes) => nodes, children }: PagedProps<Node>) {
  const { t } = useManageText()
  return (
    <Loaded asked={asked}>
      {(listed) => {
        const nodes = pick(listed.nodes)
        if (nodes.length === 0 && !listed.hasMore) return empty
        return (
          <>
            {children(nodes)}
            {listed.hasMore && (
              <button type="button" className="button more-button" aria-disabled={asked.loading} onClick={asked.more}>
                {t.more}
              </button>
            )}
          </>
        )
      }}
    </Loaded>
  )
}

interface ListingProps<Node> extends Omit<PagedProps<Node>, 'children'> {
  /** Above the rows, if there are any. */
  lead?: ReactNode
  /** What stands in a row. */
  children(node: Node): ReactNode
}

/** The same, as rows of a card. */
export function Listing<Node extends { id: string | null }>({ lead, children, ...paged }: ListingProps<Node>) {
  return (
    <Paged {...paged}>
      {(nodes) => (
        <>
          {lead}
          <ul className="rows card">
            {nodes.map((node) => (
              <li key={node.id} className="row">
                {children(node)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Paged>
  )
}

interface RowButtonProps {
  /** Which row it is of, for those who hear the buttons without their rows. */
  of: string
  /** Ends something. */
  ends?: boolean
  press(): void
  children: ReactNode
}

/** What can be done with a row. */
export function RowButton({ of, ends, press, children }: RowButtonProps) {
  return (
    <button type="button" className={`button small${ends ? ' quiet-danger' : ''}`} onClick={press}>
      {children}
      <span className="visually-hidden">, {of}</span>
    </button>
  )
}

/** Whether something still counts. */
export function ActiveTag({ active }: { active: boolean }) {
  const { t } = useManageText()
  return <span className={`tag${active ? ' completed' : ''}`}>{active ? t.active : t.inactive}</span>
}
