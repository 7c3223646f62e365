import { setImmediate } from 'node:timers/promises'

/**
 * Gives a function that takes items one by one and hands them to `take` in groups: each group is what has come while
 * `take` was at the one before, or in the same turn of the event loop. An item's promise is settled as its group's is.
 */
export function inGroups<Item>(take: (items: Item[]) => Promise<unknown>): (item: Item) => Promise<unknown> {
  let coming: Item[] = []
  let next: Promise<unknown> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function begin(before: Promise<unknown>): Promise<unknown> {
    // How the one before ended is for its own items.
    await Promise.allSettled([before])
    await setImmediate()
    const items = coming
    coming = []
    next = undefined
    return take(items)
  }

  return (item) => {
    coming.push(item)
    if (!next) {
      next = begin(last)
      last = next
    }
    return next
  }
}
