import type { JobHelpers } from 'graphile-worker'

/** Runs a statement that processes a batch and gives its size (`done`), until that is 0, but at most `times` times. */
export async function repeatUntilEmpty(
  { query, abortSignal }: JobHelpers,
  statement: string,
  times = 1000,
): Promise<number> {
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
 * Runs a statement that takes a batch's size and gives how many rows it found (`done`), as long as the batch is full. For jobs
 * that run again a moment later: if they went on until no row is left, they would never end while people book.
 */
export async function repeatWhileFull(
  { query, abortSignal }: JobHelpers,
  statement: string,
  batch: number,
): Promise<void> {
  for (;;) {
    const { rows } = await query<{ done: number }>(statement, [batch])
    if ((rows[0]?.done ?? 0) < batch || abortSignal?.aborted) return
  }
}

/** Runs a statement that claims a batch of rows, and handles each batch as a whole, until none is left. */
export async function handleClaimed<Claimed extends object>(
  { query, abortSignal }: JobHelpers,
  claim: string,
  handle: (claimed: Claimed) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { rows } = await query<Claimed>(claim)
    await Promise.all(rows.map(handle))
    if (rows.length === 0 || abortSignal?.aborted) return
  }
}
