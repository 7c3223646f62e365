/**
 * Does some work for each item, a few at a time, and gives what it gives in the items' order. As many as a server's pool has
 * connections never wait for one; a hundred may wait so long on a busy machine that they are refused (`too_many_connections`).
 */
export async function fewAtOnce<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  few = 8,
): Promise<Result[]> {
  const waiting = [...items].entries()
  const results: Result[] = []
  // One iterator for all: each takes what is next.
  const worker = async () => {
    for (const [i, item] of waiting) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: few }, worker))
  return results
}

/**
 * A request of a crowd: repeated, as clients do, when the server refuses it because all of its connections were lent out for
 * too long (`isFull`). How long "too long" is for a crowd depends on the machine.
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
