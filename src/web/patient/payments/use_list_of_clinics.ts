import { useState } from 'react'
import type { TypedDocumentString } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { loadPages, type Page, type PaginatedResult } from '../../data/use_paginated_query.ts'
import { useAsync } from '../../data/use_query.ts'

/** Whose money is shown: the patient and those for whom the patient books, at the clinics that have records of them. */
export interface Whose {
  customerIds: string[]
  clinicIds: string[]
}

/**
 * A list of some people at several clinics, the latest first by `date`, or else clinic by clinic: each clinic is asked by itself, since they may be in
 * different databases, of which each has its own invoices. fetchMore() loads one more page of each. `all` loads all pages.
 */
export function useListOfClinics<Result, Variables, Node>(
  document: TypedDocumentString<Result, Variables>,
  { customerIds, clinicIds }: Whose,
  variables: Omit<Variables, 'clinicId' | 'customerIds' | 'after'>,
  read: (result: Result) => Page<Node> | null | undefined,
  { date = () => '', all = false }: { date?: (node: Node) => string; all?: boolean },
): PaginatedResult<Node> {
  const [count, setCount] = useState(1)
  const query = useAsync(JSON.stringify([customerIds, clinicIds, variables, count]), async (signal) => {
    const load = (clinicId: string) => (after: string | null) =>
      request(document, { ...variables, customerIds, clinicId, after } as Variables, signal)
    const lists = await Promise.all(clinicIds.map((id) => loadPages(load(id), read, all ? Infinity : count)))
    return {
      nodes: lists.flatMap(({ nodes }) => nodes).sort((a, b) => date(b).localeCompare(date(a))),
      hasMore: lists.some(({ hasMore }) => hasMore),
    }
  })
  return { ...query, fetchMore: () => setCount((before) => before + 1) }
}
