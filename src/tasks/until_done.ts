import type { JobHelpers } from 'graphile-worker'

/** Calls a function that does a bounded batch and gives how much it did (`done`), until that is nothing, or at most `times`. */
export async function untilDone({ query, abortSignal }: JobHelpers, statement: string, times = 1000): Promise<number> {
  let total = 0
  for (let i = 0; i < times && !abortSignal?.aborted; i++) {
    const { rows } = await query<{ done: number }>(statement)
    const done = rows[0]?.done ?? 0
    if (done === 0) break
    total += done
  }
  return total
}

/**
 * Calls a function of a batch's size, which gives how much it found (`done`), as long as that is a whole batch. For jobs that
 * come back in a moment: until there is nothing at all, they would go round for as long as people book.
 */
export async function whileFull({ query, abortSignal }: JobHelpers, statement: string, batch: number): Promise<void> {
  for (;;) {
    const { rows } = await query<{ done: number }>(statement, [batch])
    if ((rows[0]?.done ?? 0) < batch || abortSignal?.aborted) return
  }
}
