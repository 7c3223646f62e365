import { createHash } from 'node:crypto'
import { Refused } from './problem.ts'

/**
 * The entity tag of a resource: its row's version, which If-Match is compared with, and a digest of the representation,
 * since that may change without the row: by a name it contains of another row, or by a release that adds a field.
 * Undefined for a resource without a row version.
 */
export function entityTag(resource: unknown, representation: string): string | undefined {
  const { rowVersion } = (resource ?? {}) as { rowVersion?: unknown }
  if (typeof rowVersion !== 'number') return undefined
  return `"${rowVersion}.${createHash('sha256').update(representation).digest('base64url').slice(0, 11)}"`
}

/** What a change demands of the version of the row that it changes. */
export interface Condition {
  /** The version to try first; 0, which no row has, makes the database refuse and say which version there is. */
  first: number
  accepts(version: number): boolean
  /** It is If-None-Match that a version does not meet. */
  isUnwanted(version: number): boolean
}

/** The headers of a request, and the rowVersion of its body, that say on which version of a row it may be carried out. */
interface Asked {
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
  rowVersion?: number | undefined
}

/**
 * The condition of a change, undefined when any version will do. If-Match compares strongly, so that a weak tag fits no
 * version; nor does a tag that was not made here. The row version alone is a tag, too, for clients that have the row from
 * a list. A body's row version is compared where there is no If-Match.
 */
export function conditionOf({ ifMatch, ifNoneMatch, rowVersion }: Asked): Condition | undefined {
  const wanted = ifMatch === undefined ? (rowVersion === undefined ? '*' : [rowVersion]) : versionsOf(ifMatch, true)
  const unwanted = ifNoneMatch === undefined ? [] : versionsOf(ifNoneMatch, false)
  if (wanted === '*' && ifNoneMatch === undefined) return undefined
  const isWanted = (version: number) => wanted === '*' || wanted.includes(version)
  const isUnwanted = (version: number) => unwanted === '*' || unwanted.includes(version)
  return {
    // RFC 9110 has If-Match compared first.
    first: (ifNoneMatch === undefined && wanted !== '*' && wanted[0]) || 0,
    accepts: (version) => isWanted(version) && !isUnwanted(version),
    isUnwanted: (version) => isWanted(version) && isUnwanted(version),
  }
}

/** The row versions in a header that lists entity tags, or `*`, which stands for every version. */
function versionsOf(header: string, strong: boolean): number[] | '*' {
  if (header.trim() === '*') return '*'
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)]
    .filter(([, weak]) => !(strong && weak))
    .map(([, , tag]) => Number(/^([1-9][0-9]{0,8})([.][\w-]+)?$/.exec(tag ?? '')?.[1] ?? 0))
}

/** The version that a row has, when a change was refused since it had another than the one asked for. */
export function currentVersion({ told }: Refused): number | undefined {
  const { code, detail } = told.extensions ?? {}
  return code === 'stale_row_version' && typeof detail?.current === 'number' ? detail.current : undefined
}

/** Refused by If-None-Match: the row has one of the versions that it must not have. */
export const unwantedVersion = (current: number) =>
  new Refused({
    message: 'The resource is what If-None-Match says it must not be.',
    extensions: { code: 'precondition_failed', detail: { current } },
  })
