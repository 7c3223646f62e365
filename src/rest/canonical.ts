/** A JSON value as text that does not depend on the order of members in objects. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

const instant = /^\d{4}-\d\d-\d\dT/

/** Whether two JSON values are equal. Instants are compared to the millisecond, the precision of JavaScript. */
export function isEquivalent(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string' && instant.test(a) && instant.test(b)) {
    return Date.parse(a) === Date.parse(b)
  }
  return canonical(a) === canonical(b)
}
