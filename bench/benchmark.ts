import type { Measured } from './compare.ts'

/** How large a run is: to see that it works, to read the ratios on a laptop, or with the sizes that it is named for. */
export type Scale = 'quick' | 'usual' | 'full'

/** One file of bench/. */
export interface Benchmark {
  name: string
  /** What is done and counted, for the reader of the figures. */
  work: string
  /** Whether it compares with peers that need packages of their own, which it leaves out where they are not installed. */
  peers?: boolean
  /** Roughly how long it takes on two cores, seconds. */
  seconds: Record<Scale, number>
  /** `progress` tells whoever waits what is going on. Throws when anything answers wrongly. */
  run(scale: Scale, progress: (text: string) => void): Promise<Measured[]>
}
