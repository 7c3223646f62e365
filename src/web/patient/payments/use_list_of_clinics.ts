import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import type { TypedDocumentString } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { loadPages, type Page, type PaginatedResult } from '../../data/use_paginated_query.ts'
import { useAsync } from '../../data/use_query.ts'

/** Some people, and the clinics that have records of them. */
export interface Whose {
  customerIds: string[]
  clinicIds: string[]
}

/**
 * A list of what clinics have about some people, in the order of `order`. Clinics may be in different databases, of which each has
 * its own rows: then each clinic is asked by itself. fetchMore() loads one more page, of each. `all` loads all pages.
 */
export function useListOfClinics<Result, Variables, Node>(
  document: TypedDocumentString<Result, Variables>,
  { customerIds, clinicIds }: Whose,
  variables: Omit<Variables, keyof Whose | 'after'>,
  read: (result: Result) => Page<Node> | null | undefined,
  { order, all = false }: { order?: (a: Node, b: Node) => number; all?: boolean } = {},
): PaginatedResult<Node> {
  const [count, setCount] = useState(1)
  const query = useAsync(JSON.stringify([customerIds, clinicIds, variables, count]), async (signal) => {
    const load = (of: string[]) =>
      loadPages(
        (after) => request(document, { ...variables, customerIds, clinicIds: of, after } as Variables, signal),
        read,
        all ? Infinity : count,
      )
    if (clinicIds.length === 0) return { nodes: [], hasMore: false }
    const lists = await load(clinicIds).then(
      (list) => [list],
      (error) => {
        if (!(error instanceof Refusal && error.code === 'several_databases')) throw error
        return Promise.all(clinicIds.map((id) => load([id])))
      },
    )
    const nodes = lists.flatMap((list) => list.nodes)
    return { nodes: order ? nodes.sort(order) : nodes, hasMore: lists.some(({ hasMore }) => hasMore) }
  })
  return { ...query, fetchMore: () => setCount((before) => before + 1) }
}

/** An order with the latest first, by a date of each. */
export const latestFirst =
  <Node>(date: (node: Node) => string) =>
  (a: Node, b: Node): number =>
    date(b).localeCompare(date(a))
