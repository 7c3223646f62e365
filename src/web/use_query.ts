import { useCallback, useEffect, useState } from 'react'
import type { TypedDocumentString } from './graphql/generated/graphql.ts'
import { ask } from './session.ts'

export interface Asked<Result> {
  /** The last answer; the one before stays while the next is on its way, so that nothing jumps. */
  data?: Result
  error?: unknown
  loading: boolean
  again(): void
}

/** Runs work whenever `key` changes, and drops the answer of work that has been overtaken. */
export function useAsked<Result>(key: string | null, work: (signal: AbortSignal) => Promise<Result>): Asked<Result> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ data?: Result; error?: unknown; of?: string }>({})
  const now = key === null ? undefined : `${turn} ${key}`

  useEffect(() => {
    if (now === undefined) return
    const control = new AbortController()
    work(control.signal).then(
      (data) => !control.signal.aborted && setState({ data, of: now }),
      (error) => !control.signal.aborted && setState((before) => ({ ...before, error, of: now })),
    )
    return () => control.abort()
  }, [now])

  const again = useCallback(() => setTurn((before) => before + 1), [])
  const current = state.of === now
  return {
    ...(state.data !== undefined && { data: state.data }),
    ...(current && state.error !== undefined && { error: state.error }),
    loading: now !== undefined && !current,
    again,
  }
}

/** The answer to a document, asked again when its variables change; `null` variables ask nothing yet. */
export function useQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables | null,
): Asked<Result> {
  return useAsked(variables && JSON.stringify(variables), (signal) => ask(document, variables as Variables, signal))
}
