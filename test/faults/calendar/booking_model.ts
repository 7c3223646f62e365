import { type Call, madeBy, wantedBy } from './call.ts'
import type { Model } from './linearizability.ts'

type State = readonly string[] | 'cancelled'

/** Only of a booking that is cancelled an illegal transition may be reported. */
const mayBeRefused = (state: State, code: string) => code !== 'illegal_transition' || state === 'cancelled'

/** One booking: its slots, the first one first; none before it is made, 'cancelled' after its cancellation. */
export const bookingModel = (booking: string): Model<State, Call> => ({
  initial: [],
  keyOf: (state) => String(state),
  step: (state, call) =>
    call.outcome.kind === 'refused'
      ? when(mayBeRefused(state, call.outcome.code), state)
      : afterSuccess(booking, state, call),
})

const when = <Value>(isSo: boolean, value: Value): Value | undefined => (isSo ? value : undefined)

function afterSuccess(booking: string, state: State, call: Call): State | undefined {
  const { operation, outcome } = call
  const isLive = state !== 'cancelled' && state.length > 0
  switch (operation.name) {
    case 'book':
    case 'accept':
    case 'bookSeries':
      return when(state.length === 0, madeBy(call).find(([made]) => made === booking)?.[1])
    case 'cancel':
      return when(isLive, 'cancelled')
    case 'cancelSeries': {
      const isEnded = outcome.kind === 'done' ? outcome.bookings?.includes(booking) : isLive
      return when(isEnded === isLive, isLive ? 'cancelled' : state)
    }
    case 'reschedule':
      return when(isLive, wantedBy(operation))
    case 'withdraw':
      return isLive && state.includes(operation.slot) ? 'cancelled' : state
    default:
      return when((outcome as { place?: string }).place === (isLive ? state[0] : String(state)), state)
  }
}
