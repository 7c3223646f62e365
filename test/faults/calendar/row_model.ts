import { type Call, wantedBy } from './call.ts'
import type { Model } from './linearizability.ts'
import { type RowOfSlots, replaced, stepOf } from './row_steps.ts'
import { isTrue, mayBeOffered, offered, open, type Slot } from './slot.ts'

/**
 * A row of slots. A slot with an expired hold stays held until it is claimed or a job releases it. No head start of the waiting
 * list ends within a history.
 */
export const rowModel = (about: RowOfSlots): Model<Slot[], Call> => ({
  initial: about.ids.map(() => open),
  keyOf: (row) =>
    row
      .map(({ status, customer, booking, together, since, until, absences, isAbsent }) =>
        [status, customer, booking, together, since, until?.earliest, until?.latest, absences, isAbsent].join(' '),
      )
      .join(),
  step(row, call) {
    const places = wantedBy(call.operation).map((id) => about.ids.indexOf(id))
    return call.outcome.kind === 'refused'
      ? afterRefusal(row, call, call.outcome.code, places)
      : stepOf({ row, call, about, places })
  },
})

/** The row after a call that was refused; undefined if the refusal cannot be true of it. */
function afterRefusal(row: Slot[], call: Call, code: string, places: number[]): Slot[] | undefined {
  const { operation } = call
  const wanted = places.map((place) => row[place] as Slot)
  const [first] = wanted as [Slot]
  const customer = 'customer' in operation ? operation.customer : ''
  if (code === 'slot_offered' && operation.name !== 'bookSeries')
    return mayBeOffered(first) ? replaced(row, places.slice(0, 1), () => offered) : undefined
  const fits = (slot: Slot) => isTrue[code]?.(slot, customer, call, wanted) ?? true
  // A series is refused for any of its slots.
  return (operation.name === 'bookSeries' ? wanted.some(fits) : fits(first)) ? row : undefined
}
