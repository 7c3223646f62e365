import type { Measured } from './compare.ts'

/** The size of a run: quick shows that it works, usual gives the ratios on a laptop, full has the nominal sizes. */
export type Scale = 'quick' | 'usual' | 'full'

/** One file of bench/. */
export interface Benchmark {
  name: string
  /** What is measured, for readers of the figures. */
  work: string
  /** Whether it compares with peers that need additional packages; without those it leaves them out. */
  peers?: boolean
  /** Roughly how long it takes on two cores, seconds. */
  seconds: Record<Scale, number>
  /** `progress` reports what is going on. Throws when any answer is wrong. */
  run(scale: Scale, progress: (text: string) => void): Promise<Measured[]>
}

/** The stored result of a benchmark. */
export interface Result {
  name: string
  work: string
  scale: Scale
  date: string
  machine: string
  /** The machine's load average before. */
  load: number
  seconds: number
  rounds: number
  contestants: Measured[]
}
