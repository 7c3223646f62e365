import type { ReactNode } from 'react'
import type { PaginatedResult } from '../data/use_paginated_query.ts'
import type { AsyncResult } from '../data/use_query.ts'
import { useText } from '../text/language.ts'
import { manageTexts } from '../text/manage/common.ts'
import { commonTexts } from '../text/shared/common.ts'
import { Problem } from './feedback/notice.tsx'
import './listing.css'

/** Shows the result of a query, or a placeholder until it arrives, and an error. */
export function Loaded<Result>({
  query,
  skeleton = 'list',
  children,
}: {
  query: AsyncResult<Result>
  /** The shape of the placeholder: rows, or one block. */
  skeleton?: 'list' | 'block'
  children: (data: Result) => ReactNode
}) {
  const { t } = useText(commonTexts)
  const { data, error, refetch } = query
  return (
    <>
      {error !== undefined && <Problem error={error} retry={refetch} />}
      {data !== undefined && children(data)}
      {data === undefined && error === undefined && (
        <div className={`pending skeleton ${skeleton}`} aria-busy="true">
          <p className="visually-hidden" role="status">
            {t.loading}
          </p>
          {Array.from({ length: skeleton === 'list' ? 5 : 1 }, (_, n) => n).map((n) => (
            <div key={n} className="skeleton-bar" />
          ))}
        </div>
      )}
    </>
  )
}

interface PagedProps<Node> {
  query: PaginatedResult<Node>
  /** Shown when there are no entries. */
  empty: ReactNode
  /** Filters and sorts the loaded entries. */
  pick?(nodes: Node[]): Node[]
  children(nodes: Node[]): ReactNode
}

/** The loaded part of a list, with a button to load more, or a message if the list is empty. */
export function Paged<Node>({ query, empty, pick = (nodes) => nodes, children }: PagedProps<Node>) {
  const { t } = useText(manageTexts)
  return (
    <Loaded query={query}>
      {(listed) => {
        const nodes = pick(listed.nodes)
        if (nodes.length === 0 && !listed.hasMore) return empty
        return (
          <>
            {children(nodes)}
            {listed.hasMore && (
              <button
                type="button"
                className="button more-button"
                aria-disabled={query.loading}
                onClick={query.fetchMore}
              >
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
  /** Shown above the rows, if there are any. */
  lead?: ReactNode
  /** Renders the content of a row. */
  children(node: Node): ReactNode
}

/** A <Paged> list as the rows of a card. */
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
  /** The name of the row, for readers who hear the buttons without their rows. */
  of: string
  /** The action is destructive. */
  ends?: boolean
  press(): void
  children: ReactNode
}

/** A button of a row. */
export function RowButton({ of, ends, press, children }: RowButtonProps) {
  return (
    <button type="button" className={`button small${ends ? ' quiet-danger' : ''}`} onClick={press}>
      {children}
      <span className="visually-hidden">, {of}</span>
    </button>
  )
}
