import { useCallback, useEffect, useEffectEvent, useState } from 'react'
import type { TypedDocumentString } from './generated/graphql.ts'
import { request } from './session.ts'

export interface AsyncResult<Result> {
  /** The last result; it stays while the next one is loading, so that the page does not jump. */
  data?: Result
  error?: unknown
  loading: boolean
  /** Loading, and there is no result to show yet. */
  pending: boolean
  refetch(): void
}

/** Runs `work` whenever `key` changes, and ignores the result of work that is no longer current. */
export function useAsync<Result>(
  key: string | null,
  work: (signal: AbortSignal) => Promise<Result>,
): AsyncResult<Result> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ data?: Result; error?: unknown; of?: string }>({})
  const now = key === null ? undefined : `${turn} ${key}`

  const start = useEffectEvent(work)

  useEffect(() => {
    if (now === undefined) return
    const control = new AbortController()
    start(control.signal).then(
      (data) => !control.signal.aborted && setState({ data, of: now }),
      (error) => !control.signal.aborted && setState((before) => ({ ...before, error, of: now })),
    )
    return () => control.abort()
  }, [now])

  const refetch = useCallback(() => setTurn((before) => before + 1), [])
  const current = state.of === now
  const loading = now !== undefined && !current
  return {
    ...(state.data !== undefined && { data: state.data }),
    ...(current && state.error !== undefined && { error: state.error }),
    loading,
    pending: loading && state.data === undefined,
    refetch,
  }
}

/** The result of a document, requested again when its variables change. With `null` variables nothing is requested. */
export function useQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables | null,
): AsyncResult<Result> {
  return useAsync(variables && JSON.stringify(variables), (signal) => request(document, variables as Variables, signal))
}
