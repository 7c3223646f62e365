/** One way of doing a benchmark's work. */
export interface Contestant {
  name: string
  /** Does one round's work, checks it, and gives the figure. Throws when anything is wrong. */
  round(round: number): Promise<number>
  /** Further figures, read at the end. */
  also?(): Record<string, number | string>
}

/** The result of a contestant. */
export interface Measured {
  name: string
  /** The comparison that it belongs to, when a benchmark has several. */
  group?: string
  unit: string
  median: number
  /** The least and the greatest figure of a round. */
  spread: [number, number]
  /** Median over the rounds of the figure divided by the limit's figure in the same round; null without a limit. */
  ratio: number | null
  /** How many rounds counted. */
  rounds: number
  also?: Record<string, number | string>
}

/** What is compared. */
export interface Comparison {
  group?: string
  unit: string
  rounds: number
  contestants: Contestant[]
  /** Called once, after the warm-up round and before the rounds that count. */
  warm?(): Promise<unknown>
}

/**
 * Runs all contestants in each round, and begins every round with another one, so that other work on the machine affects all of
 * them equally. The first contestant is the limit by which the others are divided. There is one warm-up round.
 */
export async function compare({ group, unit, rounds, contestants, warm }: Comparison): Promise<Measured[]> {
  const figures = contestants.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i] of contestants.entries()) {
      const turn = (i + round) % contestants.length
      const { name, round: run } = contestants[turn] as Contestant
      const figure = await run(round).catch((error) => {
        throw new Error(`${name}, round ${round}: ${(error as Error).message}`, { cause: error })
      })
      if (!(figure > 0)) throw new Error(`${name} gave no figure`)
      if (round > 0) figures[turn]?.push(figure)
    }
    if (round === 0) await warm?.()
  }
  const [limit = []] = figures
  return contestants.map(({ name, also }, i) => ({
    ...(group && { group }),
    ...measured(
      name,
      unit,
      figures[i] ?? [],
      (figures[i] ?? []).map((figure, round) => figure / (limit[round] as number)),
    ),
    ...(also && { also: also() }),
  }))
}

/** The result of one contestant's figures. */
export const measured = (name: string, unit: string, figures: number[], ratios?: number[]): Measured => ({
  name,
  unit,
  median: median(figures),
  spread: [Math.min(...figures), Math.max(...figures)],
  ratio: ratios ? median(ratios) : null,
  rounds: figures.length,
})

/** The median. */
export const median = (figures: number[]): number => quantile(figures, 0.5)

/** The quantile: this share of the figures is not greater than the result. */
export function quantile(figures: number[], part: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
