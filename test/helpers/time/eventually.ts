/**
 * Repeats an attempt until its result is neither undefined nor false, and returns that. Throws after two minutes, which
 * only a failing test takes: an endless loop would prevent the whole run from ending. An attempt that throws counts as
 * false.
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  what: string,
  ms = 120_000,
): Promise<Exclude<T, undefined | false>> {
  let last: unknown
  for (const deadline = Date.now() + ms; Date.now() < deadline; ) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`waited ${ms} ms in vain: ${what}`, { cause: last })
}
