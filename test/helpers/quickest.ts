/**
 * How long some work takes, ms: the quickest of three times, or the first that is quicker than `enough`. For a bound on a
 * time: a machine that stalls breaks one measurement, what is slow breaks all of them. `work` is told which time it is.
 * With `cpuTime` as the clock, what other processes do meanwhile does not count, nor does what this one waits for.
 */
export async function quickest(
  enough: number,
  work: (time: number) => Promise<unknown>,
  clock: () => number = () => performance.now(),
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let time = 1; time <= 3 && best >= enough; time++) {
    const began = clock()
    await work(time)
    best = Math.min(best, clock() - began)
  }
  return best
}

/** The processor time that this process has used, ms. */
export const cpuTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
