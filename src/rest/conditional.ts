import { createHash } from 'node:crypto'
import { ProblemError } from './problem.ts'

/**
 * The entity tag of a resource: its row's version, which is compared with If-Match, and a digest of the representation,
 * which can change without the row: because of another row whose name it contains, or a release that adds a field.
 * Undefined for a resource without a row version.
 */
export function entityTag(resource: unknown, representation: string): string | undefined {
  const { rowVersion } = (resource ?? {}) as { rowVersion?: unknown }
  if (typeof rowVersion !== 'number') return undefined
  return `"${rowVersion}.${createHash('sha256').update(representation).digest('base64url').slice(0, 11)}"`
}

/** The versions of its row with which a change may be executed. */
export interface Condition {
  /** The version to try first; with 0, which no row has, the database refuses and reports the current version. */
  first: number
  accepts(version: number): boolean
  /** Whether the condition is that of If-None-Match. */
  isUnwanted(version: number): boolean
}

/** The headers of a request, and the rowVersion of its body, that limit the versions of the row. */
interface Asked {
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
  rowVersion?: number | undefined
}

/**
 * The condition of a change, undefined when any version will do. If-Match uses the strong comparison, so a weak tag
 * matches no version; neither does a tag that this server has not made. The row version alone is a valid tag, too, for
 * clients that have the row from a list. The body's row version counts when there is no If-Match.
 */
export function conditionOf({ ifMatch, ifNoneMatch, rowVersion }: Asked): Condition | undefined {
  const wanted = ifMatch === undefined ? (rowVersion === undefined ? '*' : [rowVersion]) : versionsOf(ifMatch, true)
  const unwanted = ifNoneMatch === undefined ? [] : versionsOf(ifNoneMatch, false)
  if (wanted === '*' && ifNoneMatch === undefined) return undefined
  const isWanted = (version: number) => wanted === '*' || wanted.includes(version)
  const isUnwanted = (version: number) => unwanted === '*' || unwanted.includes(version)
  return {
    // RFC 9110 evaluates If-Match first.
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

/** The row's current version, when a change was refused because the request named another version. */
export function currentVersion({ error }: ProblemError): number | undefined {
  const { code, detail } = error.extensions ?? {}
  return code === 'stale_row_version' && typeof detail?.current === 'number' ? detail.current : undefined
}

/** Refused by If-None-Match: the row has one of the versions that it must not have. */
export const unwantedVersion = (current: number) =>
  new ProblemError({
    message: 'The resource is what If-None-Match says it must not be.',
    extensions: { code: 'precondition_failed', detail: { current } },
  })
