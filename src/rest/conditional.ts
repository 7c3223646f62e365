import { Refused } from './problem.ts'

/** The entity tag of a resource: its row's version. Undefined for what has none. */
export function entityTag(body: unknown): string | undefined {
  const { rowVersion } = (body ?? {}) as { rowVersion?: unknown }
  return typeof rowVersion === 'number' ? `"${rowVersion}"` : undefined
}

/**
 * The row version that If-Match asks for, undefined when it asks for none or for any (`*`). A tag that was not made here
 * matches no version, which the database then says, once it has judged whether the caller may see the row at all.
 * Throws Refused bad_request for several tags: the database compares with one, under its lock.
 */
export function versionAsked(ifMatch: string | undefined): number | undefined {
  const asked = ifMatch?.trim()
  if (!asked || asked === '*') return undefined
  if (asked.includes(',')) throw Refused.as('bad_request', 'If-Match takes one entity tag here.')
  return Number(/^"([1-9][0-9]{0,8})"$/.exec(asked)?.[1] ?? 0)
}
