import type { Route } from './route/route.ts'

type Data = Record<string, unknown>

/** The value at a path such as `doctors.nodes.0`; undefined when there is none. */
export const at = (data: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => (value as Data | null | undefined)?.[step], data)

/** A page of a list. */
export interface Page {
  items: unknown[]
  nextCursor: string | null
}

interface Connection {
  nodes: unknown[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** The refusal for the first row to which the request refers and that does not exist; undefined when all exist. */
export const missing = ({ mustExist = {} }: Route, data: unknown): string | undefined =>
  Object.entries(mustExist).find(([alias]) => (data as Data)[alias] === null)?.[1]

/** The body of a route's response from its document's data; null when there is no such row. `first` is the page size. */
export function shape(route: Route, data: unknown, first: number): unknown {
  // A document may look up the parent in its address, so that the list of a missing parent is not an empty list.
  if ((data as Data).parent === null) return null
  const found = (route.answer ?? '')
    .split('|')
    .map((path) => at(data, path))
    .find((value) => value !== undefined)
  if (found === null || found === undefined) return null
  if (route.list === 'cursors') return pageOf(found as Listed[], first)
  if (route.list === 'whole') return { items: (found as unknown[]).map(flat) }
  // A search by name gives one page with the best matches first, so there is no next page.
  if (route.list && Array.isArray(found)) return { items: found.map(flat), nextCursor: null } satisfies Page
  if (route.list) {
    const { nodes, pageInfo } = found as Connection
    return { items: nodes.map(flat), nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null } satisfies Page
  }
  return { ...(flat(found) as Data), ...route.constants }
}

interface Listed {
  cursor: string | undefined
}

/** The page of rows that have cursors. Takes the cursors away from the rows. */
function pageOf(rows: Listed[], first: number): Page {
  // A full page may be the last one; the next page is then empty.
  const nextCursor = rows.length === first ? (rows.at(-1)?.cursor ?? null) : null
  // JSON leaves it out. Copies of the rows without it took half of the time that a page takes here.
  for (const row of rows) row.cursor = undefined
  return { items: rows, nextCursor }
}

/** Replaces connections inside a resource by the arrays of their nodes, and a node that only contains another by that one. */
function flat(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(flat)
  const fields = Object.entries(value)
  const [only] = fields
  if (fields.length === 1 && only?.[0] === 'nodes') return (only[1] as unknown[]).map((node) => flat(joined(node)))
  return Object.fromEntries(fields.map(([name, field]) => [name, flat(field)]))
}

function joined(node: unknown): unknown {
  const fields = Object.values(node as Data)
  return fields.length === 1 && typeof fields[0] === 'object' ? fields[0] : node
}
