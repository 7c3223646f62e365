import type { ReactNode } from 'react'
import type { PaginatedResult } from '../../data/use_paginated_query.ts'
import { RowButton } from '../../parts/listing.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { ActiveTag } from './section.tsx'

type Entry = { id: string | null }

/**
 * The entry that a dialog edits, as it was loaded last: after somebody else's change was loaded, the dialog shows the
 * current row. Undefined for an entry that is being added.
 */
export function currentEntry<Node extends Entry>(query: PaginatedResult<Node>, edited: Node): Node
export function currentEntry<Node extends Entry>(query: PaginatedResult<Node>, edited: Node | 'new'): Node | undefined
export function currentEntry<Node extends Entry>(
  { data }: PaginatedResult<Node>,
  edited: Node | 'new',
): Node | undefined {
  return edited === 'new' ? undefined : (data?.nodes.find(({ id }) => id === edited.id) ?? edited)
}

/** The button that adds an entry to the list of a section. */
export function AddButton({ press, children }: { press(): void; children: ReactNode }) {
  return (
    <button type="button" className="button primary" onClick={press}>
      {children}
    </button>
  )
}

interface EntryActionsProps {
  name: string
  isActive: boolean
  /** Undefined if the entry cannot be edited now. */
  edit: (() => void) | undefined
  /** Removes or deactivates an active entry. */
  end(): void
  /** The text of the button that calls `end`. */
  endText: string
  reactivate(): void
  /** More actions, shown before the others. */
  children?: ReactNode
}

/** The end of an entry's row: a mark if it is inactive, and buttons to edit it and to end or reactivate it. */
export function EntryActions({ name, isActive, edit, end, endText, reactivate, children }: EntryActionsProps) {
  const { t } = useText(manageTexts)
  return (
    <>
      {!isActive && <ActiveTag active={false} />}
      <div className="row-actions">
        {children}
        {edit && (
          <RowButton of={name} press={edit}>
            {t.edit}
          </RowButton>
        )}
        {isActive ? (
          <RowButton of={name} ends press={end}>
            {endText}
          </RowButton>
        ) : (
          <RowButton of={name} press={reactivate}>
            {t.reactivate}
          </RowButton>
        )}
      </div>
    </>
  )
}
