import type { Route } from './route.ts'

type Data = Record<string, unknown>

/** What is at a path such as `doctors.nodes.0`; undefined where it ends early. */
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

/** The refusal for the first thing that a request refers to and that does not exist; undefined when all of it does. */
export const missing = ({ mustExist = {} }: Route, data: unknown): string | undefined =>
  Object.entries(mustExist).find(([alias]) => (data as Data)[alias] === null)?.[1]

/** The body of a route's answer from its document's data, null when there is no such row; `first` rows were asked for. */
export function shape(route: Route, data: unknown, first: number): unknown {
  // A document may ask for what its address begins with, so that a list of nobody's is not an empty list.
  if ((data as Data).parent === null) return null
  const found = (route.answer ?? '')
    .split('|')
    .map((path) => at(data, path))
    .find((value) => value !== undefined)
  if (found === null || found === undefined) return null
  if (route.list === 'cursors') {
    const rows = found as (Data & { cursor: string })[]
    return {
      items: rows.map(({ cursor: _, ...row }) => row),
      // A full page may be the last one; the next is then empty.
      nextCursor: rows.length === first ? (rows.at(-1)?.cursor ?? null) : null,
    } satisfies Page
  }
  if (route.list === 'whole') return { items: (found as unknown[]).map(flat) }
  // What is found by name is one page: the best matches come first, so there is no place to go on from.
  if (route.list && Array.isArray(found)) return { items: found.map(flat), nextCursor: null } satisfies Page
  if (route.list) {
    const { nodes, pageInfo } = found as Connection
    return { items: nodes.map(flat), nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null } satisfies Page
  }
  return { ...(flat(found) as Data), ...route.constants }
}

/** Connections inside a resource as the plain array of their nodes, and a node that only leads to another as that one. */
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
