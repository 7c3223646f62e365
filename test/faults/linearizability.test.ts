import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Call, type Operation, type Outcome, type SlotState, tell, unexplained } from './calendar.ts'
import { contradictionIn, type Model, type Timed } from './linearizability.ts'

const done = (more: Omit<Extract<Outcome, { kind: 'done' }>, 'kind'> = {}): Outcome => ({ kind: 'done', ...more })
const refused = (code: string): Outcome => ({ kind: 'refused', code })
const unknown: Outcome = { kind: 'unknown' }

/** A call from a moment to another; one without an answer has no end. */
const call = (start: number, end: number, operation: Operation, outcome: Outcome = done()): Call => ({
  who: 'somebody',
  mark: '',
  start,
  end: outcome.kind === 'unknown' ? Infinity : end,
  operation,
  outcome,
})

const book = (customer: string, slot = 'a'): Operation => ({ name: 'book', slot, customer })
const hold = (customer: string): Operation => ({ name: 'hold', slot: 'a', customer })
const release = (customer: string): Operation => ({ name: 'release', slot: 'a', customer })
const cancel = (booking: string): Operation => ({ name: 'cancel', booking })
const reschedule = (booking: string, customer: string, slot: string): Operation => ({
  name: 'reschedule',
  booking,
  slot,
  customer,
})
const withdraw = (cascade = false): Operation => ({ name: 'withdraw', slot: 'a', cascade })
const reopen: Operation = { name: 'reopen', slot: 'a' }
const read: Operation = { name: 'read', slot: 'a' }
const find = (slot: string): Operation => ({ name: 'find', slot })
const slotIs = (status: SlotState['status'], customer?: string, booking?: string) =>
  done({ slot: { status, customer, booking } })
const of = (booking: string) => done({ booking })

const accepted: Record<string, Call[]> = {
  'of two who ask at once one wins': [
    call(0, 9, book('Ann'), refused('slot_taken')),
    call(1, 8, book('Bob'), of('1')),
    call(10, 11, read, slotIs('booked', 'Bob')),
  ],
  'a booking whose answer was lost may have been made': [
    call(0, 0, book('Ann'), unknown),
    call(5, 6, book('Bob'), refused('slot_taken')),
    call(7, 8, find('a'), slotIs('booked', 'Ann', '1')),
  ],
  'or not': [
    call(0, 0, book('Ann'), unknown),
    call(5, 6, book('Bob'), of('1')),
    call(7, 8, find('a'), slotIs('booked', 'Bob', '1')),
  ],
  'or much later, when it is free again': [
    call(0, 0, book('Ann'), unknown),
    call(5, 6, book('Bob'), of('1')),
    call(7, 8, cancel('1')),
    call(9, 10, read, slotIs('open')),
    call(11, 12, find('a'), slotIs('booked', 'Ann', '2')),
  ],
  'a booking that is moved leaves the one slot and takes the other': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 9, reschedule('1', 'Ann', 'b')),
    call(3, 4, book('Bob'), refused('slot_taken')),
    call(5, 8, book('Bob'), of('2')),
    call(10, 11, book('Cem', 'b'), refused('slot_taken')),
    call(12, 13, { name: 'findBooking', booking: '1' }, done({ place: 'b' })),
  ],
  'one who holds may book; others wait until it is given back': [
    call(0, 1, hold('Ann')),
    call(2, 3, book('Bob'), refused('slot_held')),
    call(4, 5, release('Ann')),
    call(6, 7, hold('Bob')),
    call(8, 9, book('Bob'), of('1')),
    call(10, 11, release('Bob'), refused('hold_not_found')),
  ],
  'a withdrawal takes the booking along, and the slot comes back': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, withdraw(), refused('still_in_use')),
    call(4, 5, withdraw(true)),
    call(6, 7, cancel('1'), refused('illegal_transition')),
    call(8, 9, reopen),
    call(10, 11, book('Bob'), of('2')),
  ],
}

const contradictory: Record<string, Call[]> = {
  'a double booking': [call(0, 5, book('Ann'), of('1')), call(1, 6, book('Bob'), of('2'))],
  'a booking that is lost': [call(0, 1, book('Ann'), of('1')), call(2, 3, find('a'), slotIs('open'))],
  'a booking that is somebody else’s in the end': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, find('a'), slotIs('booked', 'Bob', '2')),
  ],
  'a stale read': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, cancel('1')),
    call(4, 5, read, slotIs('booked', 'Ann')),
  ],
  'a read that goes back': [
    call(0, 9, book('Ann'), of('1')),
    call(1, 2, read, slotIs('booked', 'Ann')),
    call(3, 4, read, slotIs('open')),
  ],
  'a booking after an acknowledged withdrawal': [call(0, 1, withdraw()), call(2, 3, book('Ann'), of('1'))],
  'a booking that stands after its acknowledged cancellation by the clinic': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, cancel('1')),
    call(4, 5, { name: 'findBooking', booking: '1' }, done({ place: 'a' })),
  ],
  'a cancelled booking that is moved': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, cancel('1')),
    call(4, 5, reschedule('1', 'Ann', 'b')),
  ],
  'a moved booking that stays behind as well': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, reschedule('1', 'Ann', 'b')),
    call(4, 5, find('b'), slotIs('booked', 'Ann', '1')),
    call(6, 7, find('a'), slotIs('booked', 'Ann', '1')),
  ],
  'a moved booking that is at neither': [
    call(0, 1, book('Ann'), of('1')),
    call(2, 3, reschedule('1', 'Ann', 'b')),
    call(4, 5, find('b'), slotIs('open')),
  ],
  'a refusal without a reason': [call(0, 1, book('Ann'), refused('slot_taken'))],
  'a hold that another books': [call(0, 1, hold('Ann')), call(2, 3, book('Bob'), of('1'))],
  'a lost answer that took effect before its question': [
    call(0, 1, book('Bob'), refused('slot_taken')),
    call(2, 2, book('Ann'), unknown),
  ],
  'a lost answer that took effect twice': [
    call(0, 0, book('Ann'), unknown),
    call(1, 2, find('a'), slotIs('booked', 'Ann')),
    call(3, 4, withdraw(true)),
    call(5, 6, reopen),
    call(7, 8, find('a'), slotIs('booked', 'Ann')),
  ],
}

describe('a history that some order explains', () => {
  it.each(Object.entries(accepted))('%s', (_, calls) => expect(unexplained(calls).map(tell)).toEqual([]))
})

describe('a history that no order explains', () => {
  it.each(Object.entries(contradictory))('%s', (_, calls) => expect(unexplained(calls)).not.toEqual([]))
})

// Holds that last for a hundred milliseconds, counted from some moment within the call.
const lasting = 100
const acceptedInTime: Record<string, Call[]> = {
  'a hold that is over may be taken by another': [call(0, 1, hold('Ann')), call(120, 121, book('Bob'), of('1'))],
  'or by a hold of another': [
    call(0, 1, hold('Ann')),
    call(50, 51, hold('Bob'), refused('slot_held')),
    call(120, 121, hold('Bob')),
    call(122, 123, hold('Ann'), refused('slot_held')),
  ],
  'its end may lie within the call of the other': [call(0, 1, hold('Ann')), call(50, 130, book('Bob'), of('1'))],
  'one who asks around its end may be told either': [
    call(0, 40, hold('Ann')),
    call(110, 115, hold('Bob'), refused('slot_held')),
    call(116, 120, hold('Cem')),
  ],
  'who held it may still book or give back what nobody took': [
    call(0, 1, hold('Ann')),
    call(200, 201, release('Ann')),
    call(210, 211, hold('Bob')),
    call(400, 401, book('Bob'), of('1')),
  ],
  'until a job tidies it up, it is seen as held, then as free': [
    call(0, 1, hold('Ann')),
    call(120, 121, read, slotIs('held', 'Ann')),
    call(130, 131, read, slotIs('open')),
    call(140, 141, release('Ann'), refused('hold_not_found')),
  ],
  'held again it lasts longer': [
    call(0, 1, hold('Ann')),
    call(60, 61, hold('Ann')),
    call(140, 141, book('Bob'), refused('slot_held')),
    call(170, 171, book('Bob'), of('1')),
  ],
  'up to three times, however often it is held': [
    call(0, 1, hold('Ann')),
    call(90, 91, hold('Ann')),
    call(180, 181, hold('Ann')),
    call(270, 271, hold('Ann')),
    call(310, 311, book('Bob'), of('1')),
  ],
  'a hold whose answer was lost may begin late': [
    call(0, 0, hold('Ann'), unknown),
    call(300, 301, book('Bob'), refused('slot_held')),
    call(500, 501, book('Bob'), of('1')),
  ],
}
const contradictoryInTime: Record<string, Call[]> = {
  'a hold that another takes before its end': [call(0, 1, hold('Ann')), call(50, 51, book('Bob'), of('1'))],
  'or holds': [call(0, 1, hold('Ann')), call(50, 51, hold('Bob'))],
  'or moves a booking to': [
    call(0, 1, book('Bob', 'b'), of('1')),
    call(2, 3, hold('Ann')),
    call(50, 51, reschedule('1', 'Bob', 'a')),
  ],
  'a hold that is in the way after its end': [
    call(0, 1, hold('Ann')),
    call(120, 121, book('Bob'), refused('slot_held')),
  ],
  'a hold that is gone before its end': [call(0, 1, hold('Ann')), call(50, 51, read, slotIs('open'))],
  'a hold that is not found before its end': [
    call(0, 1, hold('Ann')),
    call(50, 51, release('Ann'), refused('hold_not_found')),
  ],
  'one that was tidied up and is there again': [
    call(0, 1, hold('Ann')),
    call(120, 121, read, slotIs('open')),
    call(130, 131, read, slotIs('held', 'Ann')),
  ],
  'one that was tidied up and given back': [
    call(0, 1, hold('Ann')),
    call(120, 121, read, slotIs('open')),
    call(130, 131, release('Ann')),
  ],
  'a prolonged hold that another takes at its first end': [
    call(0, 1, hold('Ann')),
    call(60, 61, hold('Ann')),
    call(120, 121, book('Bob'), of('1')),
  ],
  'an expired hold that its holder books after another took it': [
    call(0, 1, hold('Ann')),
    call(120, 121, hold('Bob')),
    call(130, 131, book('Ann'), of('1')),
  ],
  'a booking that ends like a hold': [call(0, 1, book('Ann'), of('1')), call(500, 501, book('Bob'), of('2'))],
  'a lost hold that was taken before it can have ended': [
    call(0, 0, hold('Ann'), unknown),
    call(20, 21, read, slotIs('held', 'Ann')),
    call(60, 61, book('Bob'), of('1')),
  ],
}

describe('holds end by time: some order explains', () => {
  it.each(Object.entries(acceptedInTime))('%s', (_, calls) => expect(unexplained(calls, lasting).map(tell)).toEqual([]))
})

describe('holds end by time: no order explains', () => {
  it.each(Object.entries(contradictoryInTime))('%s', (_, calls) => expect(unexplained(calls, lasting)).not.toEqual([]))
})

it('what is found is told with the calls that led up to it', () => {
  const [found] = unexplained(contradictory['a stale read'] ?? [])
  expect(found && tell(found)).toMatch(
    /^slot a: no order of its 3 calls[\s\S]*cancel \{"booking":"1"\}[\s\S]*none of these[\s\S]*read/,
  )
})

it('however long the history is, all of it is told, each attempt with it', () => {
  const often = Array.from({ length: 100 }, (_, n) => call(10 * n, 10 * n + 1, read, slotIs('open')))
  const lost = { start: 1000, end: 1001, answer: 'unknown' }
  const booked: Call = { ...call(1000, 1009, book('Ann'), of('1')), mark: 'the mark', attempts: [lost] }
  const [found] = unexplained([...often, booked, call(1020, 1021, read, slotIs('open'))])
  const told = found ? tell(found) : ''
  expect(told.match(/: read/g)).toHaveLength(102)
  expect(told).toContain('the mark\n    1000.0 to 1001.0 ms unknown')
})

// Against the definition itself: every order, tried one by one.
interface Access extends Timed {
  write?: number
  read?: number
}
const register: Model<number, Access> = {
  initial: 0,
  keyOf: String,
  step: (value, { write, read }) => write ?? (read === value ? value : undefined),
}
function someOrderExplains(calls: Access[], value = 0): boolean {
  if (calls.every(({ end }) => end === Infinity)) return true
  return calls.some((next) => {
    const rest = calls.filter((other) => other !== next)
    if (rest.some(({ end }) => end < next.start)) return false
    const state = register.step(value, next)
    return state !== undefined && someOrderExplains(rest, state)
  })
}

it('the search finds an order when and only when there is one', () => {
  const access = fc.record({
    start: fc.nat(12),
    takes: fc.nat(6),
    value: fc.nat(2),
    kind: fc.constantFrom('w', 'r', 'lost'),
  })
  const outcomes = new Set<boolean>()
  fc.assert(
    fc.property(fc.array(access, { minLength: 2, maxLength: 7 }), (drawn) => {
      const calls = drawn.map(({ start, takes, value, kind }): Access => {
        const end = kind === 'lost' ? Infinity : start + takes
        return kind === 'r' ? { start, end, read: value } : { start, end, write: value }
      })
      const explained = contradictionIn(register, calls) === undefined
      outcomes.add(explained)
      expect(explained).toBe(someOrderExplains(calls))
    }),
    { numRuns: 2000 },
  )
  expect(outcomes.size).toBe(2)
})
