import type { DeskSlot } from './slots.ts'

/**
 * The slots with each visit as one: the first slot of a visit ends when its last one ends, and the others are left out. A slot
 * whose first one is not among them, because it is of another day, stays.
 */
export function wholeVisits(slots: DeskSlot[]): DeskSlot[] {
  const heads = new Set(slots.map(({ id }) => id))
  const ends = new Map<string, string>()
  for (const { headSlotId, endsAt } of slots)
    if (headSlotId && endsAt > (ends.get(headSlotId) ?? '')) ends.set(headSlotId, endsAt)
  return slots
    .filter(({ headSlotId }) => !headSlotId || !heads.has(headSlotId))
    .map((slot) => ({ ...slot, endsAt: ends.get(slot.id) ?? slot.endsAt }))
}
