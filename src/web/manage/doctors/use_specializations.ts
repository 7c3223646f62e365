import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import type { AsyncResult } from '../../data/use_query.ts'
import { nameIn, useLanguage } from '../../text/language.ts'

const AllSpecializations = graphql(`
  query AllSpecializations($after: Cursor) {
    specializations(first: 100, after: $after) { nodes { id name names } pageInfo { hasNextPage endCursor } }
  }
`)

/** All specializations with their names in the reader's language, sorted; undefined until they are loaded. */
export function useSpecializations(): AsyncResult<{ id: string; name: string }[]> {
  const { language, locale } = useLanguage()
  const { data, ...query } = usePaginatedQuery(AllSpecializations, {}, ({ specializations }) => specializations, {
    all: true,
  })
  const sorted = data?.nodes
    .map((field) => ({ id: field.id, name: nameIn(language, field) }))
    .sort((a, b) => a.name.localeCompare(b.name, locale))
  return { ...query, ...(sorted && { data: sorted }) }
}
