import { setImmediate } from 'node:timers/promises'

/**
 * Returns a function that takes single items and passes them to `take` in batches. A batch contains the items that
 * arrived while `take` processed the batch before, or in the same turn of the event loop. An item's promise settles as
 * its batch does.
 */
export function createBatcher<Item>(take: (items: Item[]) => Promise<unknown>): (item: Item) => Promise<unknown> {
  let coming: Item[] = []
  let next: Promise<unknown> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function begin(before: Promise<unknown>): Promise<unknown> {
    // The outcome of the batch before concerns only its own items.
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
