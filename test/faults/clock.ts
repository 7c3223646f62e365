// Loaded into a program before its own modules (NODE_OPTIONS=--import). With each SIGUSR2 its clock jumps: three hours
// ahead, then three hours behind, then back to the correct time. Only reads of the time are changed, not timers.

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
