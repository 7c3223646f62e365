import type { PaginatedResult } from '../../data/use_paginated_query.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'

/** Loads the next page of a list, if there is one. */
export function LoadMore({
  data,
  loading,
  fetchMore,
}: Pick<PaginatedResult<unknown>, 'data' | 'loading' | 'fetchMore'>) {
  const { t } = useText(paymentsTexts)
  if (!data?.hasMore) return null
  return (
    <button type="button" className="button wide-button" aria-disabled={loading} onClick={() => loading || fetchMore()}>
      {t.more}
    </button>
  )
}
