// Wing and Gong's search with Lowe's cache: is there an order of the calls, each at some moment between its start and
// end, in which a sequential model gives every observed outcome? Calls with an unknown outcome have no end, and need
// not be in the order: they took effect at any time after their start, or never.

/** The start and end of a call, on one clock; `end` is Infinity without a response. */
export interface Timed {
  start: number
  end: number
}

/** A sequential model of the object on which the calls act. */
export interface Model<State, Call> {
  initial: State
  /** The state after the call; undefined if its outcome does not fit the state before. */
  step(state: State, call: Call): State | undefined
  /** A key that is equal for equal states. */
  keyOf(state: State): string
}

/** The longest order found, the state after it, and the calls of which none can be next. */
export interface Contradiction<State, Call> {
  order: Call[]
  state: State
  stuck: Call[]
}

interface Configuration<State> {
  state: State
  /** All calls with a response before this index, by start, are in the order. */
  low: number
  /** Indexes of the ordered calls not before `low`; those of calls without a response are negative. */
  beyond: number[]
  previous: Configuration<State> | undefined
  place: number
  count: number
}

/**
 * Searches an order that explains the calls. Returns undefined if there is one, otherwise the longest explained part.
 */
export function contradictionIn<State, Call extends Timed>(
  { initial, step, keyOf }: Model<State, Call>,
  calls: readonly Call[],
): Contradiction<State, Call> | undefined {
  const byStart = [...calls].sort((a, b) => a.start - b.start)
  const answered = byStart.filter(({ end }) => end < Infinity)
  const unanswered = byStart.filter(({ end }) => end === Infinity)
  const at = (place: number) => (place < 0 ? unanswered[-1 - place] : answered[place]) as Call

  const first = { state: initial, low: 0, beyond: [], previous: undefined, place: 0, count: 0 }
  const waiting: Configuration<State>[] = [first]
  const seen = new Set<string>()
  let furthest: Configuration<State> = first

  for (let now = waiting.pop(); now; now = waiting.pop()) {
    if (now.low === answered.length) return undefined
    const configuration = `${now.low} ${now.beyond} ${keyOf(now.state)}`
    if (seen.has(configuration)) continue
    seen.add(configuration)
    if (now.count > furthest.count) furthest = now

    // The call that ended first is tried first, because it usually took effect first.
    waiting.push(...following(now).reverse())
  }
  return { order: orderOf(furthest), state: furthest.state, stuck: candidates(furthest).map(at) }

  /** What can follow: each call that can be next and whose outcome fits the state. */
  function following(now: Configuration<State>): Configuration<State>[] {
    const found: Configuration<State>[] = []
    for (const place of candidates(now)) {
      const state = step(now.state, at(place))
      if (state === undefined) continue
      // A call without a response that changes nothing can be left out.
      if (place < 0 && keyOf(state) === keyOf(now.state)) continue
      found.push(after(now, place, state))
    }
    return found
  }

  /** The calls that can be next: those that started before the first end of a call that is not in the order yet. */
  function candidates({ low, beyond }: Configuration<State>): number[] {
    const places: number[] = []
    let firstEnd = Infinity
    for (let place = low; place < answered.length && at(place).start <= firstEnd; place++) {
      if (beyond.includes(place)) continue
      places.push(place)
      firstEnd = Math.min(firstEnd, at(place).end)
    }
    places.sort((a, b) => at(a).end - at(b).end)
    for (let place = -1; -place <= unanswered.length && at(place).start <= firstEnd; place--)
      if (!beyond.includes(place)) places.push(place)
    return places
  }

  function after(previous: Configuration<State>, place: number, state: State): Configuration<State> {
    let { low } = previous
    let beyond = [...previous.beyond, place].sort((a, b) => a - b)
    while (beyond.includes(low)) low++
    beyond = beyond.filter((other) => other < 0 || other > low)
    return { state, low, beyond, previous, place, count: previous.count + 1 }
  }

  function orderOf(last: Configuration<State>): Call[] {
    const order: Call[] = []
    for (let now = last; now.previous; now = now.previous) order.unshift(at(now.place))
    return order
  }
}
