// Loaded into a program before anything of its own (NODE_OPTIONS=--import): with each SIGUSR2 its clock jumps, three hours
// ahead, then three hours behind, then it is right again. Only what asks for the time is deceived; timers run on.

const jumps = [3, -3, 0].map((hours) => hours * 3_600_000)
const RealDate = Date
let shift = 0

globalThis.Date = class extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length > 0 ? given : [RealDate.now() + shift]) as [number]))
  }
  static override now(): number {
    return RealDate.now() + shift
  }
} as DateConstructor

process.on('SIGUSR2', () => {
  shift = jumps.shift() ?? 0
  jumps.push(shift)
})
