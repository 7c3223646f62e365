import { type Call, madeBy, wantedBy } from './call.ts'
import type { Model } from './linearizability.ts'

/** One booking: its slots, the first one first; none before it is made, 'cancelled' after its cancellation. */
export const bookingModel = (booking: string): Model<readonly string[] | 'cancelled', Call> => ({
  initial: [],
  keyOf: (state) => String(state),
  step(state, call) {
    const { operation, outcome } = call
    const isLive = state !== 'cancelled' && state.length > 0
    if (outcome.kind === 'refused')
      return outcome.code === 'illegal_transition' && state !== 'cancelled' ? undefined : state
    switch (operation.name) {
      case 'book':
      case 'accept':
      case 'bookSeries':
        return state.length === 0 ? madeBy(call).find(([made]) => made === booking)?.[1] : undefined
      case 'cancel':
        return isLive ? 'cancelled' : undefined
      case 'cancelSeries': {
        const isEnded = outcome.kind === 'done' ? outcome.bookings?.includes(booking) : isLive
        return isEnded === isLive ? (isLive ? 'cancelled' : state) : undefined
      }
      case 'reschedule':
        return isLive ? wantedBy(operation) : undefined
      case 'withdraw':
        return isLive && state.includes(operation.slot) ? 'cancelled' : state
      default:
        return (outcome as { place?: string }).place === (isLive ? state[0] : String(state)) ? state : undefined
    }
  },
})
