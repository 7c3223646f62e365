/**
 * Does some work for each item, a few at a time, and returns the results in the order of the items. With at most as
 * many as the pool has connections, none has to wait; of a hundred, some may be refused on a busy machine
 * (`too_many_connections`).
 */
export async function fewAtOnce<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  few = 8,
): Promise<Result[]> {
  const waiting = [...items].entries()
  const results: Result[] = []
  // All share one iterator: each takes the next item.
  const worker = async () => {
    for (const [i, item] of waiting) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: few }, worker))
  return results
}

/**
 * A request of many at once. It is repeated, as clients do, when the server refuses it because all connections were in
 * use for too long (`isFull`), which depends on the speed of the machine.
 */
export async function untilServed<Answer>(
  ask: () => Promise<Answer>,
  isFull: (answer: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (!isFull(answer)) return answer
  }
}
