/** Something that can be chosen. */
export interface Found {
  id: string
  name: string
  /** What distinguishes it from others of the same name. */
  detail?: string | null
}

export interface SearchFieldProps {
  label: string
  /** The label for no choice. */
  any?: string
  /** Shown when nothing has such a name. */
  noneFound: string
  /** The id of the choice. */
  value: string | undefined
  /** The name of the choice; empty while it is unknown. */
  name: string
  /** Searches the server by a part of the name. */
  find(wanted: string, signal: AbortSignal): Promise<Found[]>
  /** Other values on which the result depends; find() runs again when they change. */
  within?: unknown
  choose(id: string): void
  /** Left out if there must always be a choice. */
  clear?(): void
  /** Whether the field replaces a control that has the focus. */
  isEntered?: boolean
}

export interface SearchBoxProps extends SearchFieldProps {
  /** The text in the field while it has the focus; undefined otherwise. */
  typed: string | undefined
  setTyped(change: string | undefined | ((before: string | undefined) => string | undefined)): void
  /** The selection of the input that this replaced while it had the focus. */
  selection: [number | null, number | null] | undefined
}
