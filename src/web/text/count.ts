/** A number and what it counts: "1 booking", "2 bookings". */
export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
