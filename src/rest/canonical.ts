/** A JSON value as text, the same for the same value however its objects' members are ordered. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

const instant = /^\d{4}-\d\d-\d\dT/

/** Whether two JSON values say the same. Instants are compared to the millisecond, as JavaScript keeps them. */
export function saysTheSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string' && instant.test(a) && instant.test(b)) {
    return Date.parse(a) === Date.parse(b)
  }
  return canonical(a) === canonical(b)
}
