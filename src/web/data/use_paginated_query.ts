import { useState } from 'react'
import type { TypedDocumentString } from './generated/graphql.ts'
import { request } from './session.ts'
import { type AsyncResult, useAsync } from './use_query.ts'

export interface Page<Node> {
  nodes: readonly (Node | null)[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

export interface PaginatedData<Node> {
  nodes: Node[]
  hasMore: boolean
}

/** The pages of a list that are loaded so far. */
export type PaginatedResult<Node> = AsyncResult<PaginatedData<Node>> & { fetchMore(): void }

/**
 * A query for a list with cursors: loads the first page, and fetchMore() one more page each time. `all` loads all
 * pages, for lists that are shown completely. A refetch starts from the first page, so that the pages are consistent.
 */
export function usePaginatedQuery<Result, Variables, Node>(
  document: TypedDocumentString<Result, Variables>,
  variables: Omit<Variables, 'after'> | null,
  read: (result: Result) => Page<Node> | null | undefined,
  { all = false } = {},
): PaginatedResult<Node> {
  const [count, setCount] = useState(1)
  const query = useAsync(variables && JSON.stringify([variables, count]), (signal) =>
    loadPages((after) => request(document, { ...variables, after } as Variables, signal), read, all ? Infinity : count),
  )
  return { ...query, fetchMore: () => setCount((before) => before + 1) }
}

/** Loads the first pages of a list, at most `count`. */
export async function loadPages<Result, Node>(
  load: (after: string | null) => Promise<Result>,
  read: (result: Result) => Page<Node> | null | undefined,
  count: number,
): Promise<PaginatedData<Node>> {
  const nodes: Node[] = []
  let hasMore = true
  let after: string | null = null
  for (let n = 0; hasMore && n < count; n++) {
    const page = read(await load(after))
    nodes.push(...(page?.nodes ?? []).flatMap((node) => (node ? [node] : [])))
    hasMore = page?.pageInfo.hasNextPage ?? false
    after = page?.pageInfo.endCursor ?? null
  }
  return { nodes, hasMore }
}
