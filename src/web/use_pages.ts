import { useState } from 'react'
import type { TypedDocumentString } from './graphql/generated/graphql.ts'
import { ask } from './session.ts'
import { type Asked, useAsked } from './use_query.ts'

interface Page<Node> {
  nodes: readonly (Node | null)[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

export interface Listed<Node> {
  nodes: Node[]
  hasMore: boolean
}

/** A list that is read by pages, as far as it is there. */
export type Paging<Node> = Asked<Listed<Node>> & { more(): void }

/**
 * A list by pages: the first one, and with more() one further each time; `all` reads to the end at once, for lists that
 * are shown whole. Read anew from the first page after a change, so that what is shown fits together.
 */
export function usePages<Result, Variables, Node>(
  document: TypedDocumentString<Result, Variables>,
  variables: Omit<Variables, 'after'> | null,
  read: (result: Result) => Page<Node> | null | undefined,
  { all = false } = {},
): Paging<Node> {
  const [count, setCount] = useState(1)
  const asked = useAsked(variables && JSON.stringify([variables, count]), async (signal) => {
    const nodes: Node[] = []
    let hasMore = true
    let after: string | null = null
    for (let n = 0; hasMore && (all || n < count); n++) {
      const page = read(await ask(document, { ...variables, after } as Variables, signal))
      nodes.push(...(page?.nodes ?? []).flatMap((node) => (node ? [node] : [])))
      hasMore = page?.pageInfo.hasNextPage ?? false
      after = page?.pageInfo.endCursor ?? null
    }
    return { nodes, hasMore }
  })
  return { ...asked, more: () => setCount((before) => before + 1) }
}
