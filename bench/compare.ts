/** One way of doing a benchmark's work. */
export interface Contestant {
  name: string
  /** Does one round's work, checks that it was done, and gives the figure. Throws when anything of it is wrong. */
  round(round: number): Promise<number>
  /** What else was seen of it, asked for at the end. */
  also?(): Record<string, number | string>
}

/** What a contestant came to. */
export interface Measured {
  name: string
  /** Which of a benchmark's comparisons it belongs to, when there are several. */
  group?: string
  unit: string
  median: number
  /** The least and the greatest figure of a round. */
  spread: [number, number]
  /** Median, over the rounds, of the figure divided by the limit's in the same round; null where there is no limit. */
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
  /** Done once, after the round that warms up and before those that count. */
  warm?(): Promise<unknown>
}

/**
 * Runs all contestants in each round, every round beginning with another one, so that whatever else the machine does hits
 * all alike; the first is the limit that the others are divided by. A round before those that count warms everything up.
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

/** What one contestant's figures come to. */
export const measured = (name: string, unit: string, figures: number[], ratios?: number[]): Measured => ({
  name,
  unit,
  median: median(figures),
  spread: [Math.min(...figures), Math.max(...figures)],
  ratio: ratios ? median(ratios) : null,
  rounds: figures.length,
})

/** The middle one of some figures. */
export const median = (figures: number[]): number => quantile(figures, 0.5)

/** The figure that so large a part of all does not exceed. */
export function quantile(figures: number[], part: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
