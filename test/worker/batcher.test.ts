import { setImmediate } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import { createBatcher } from '../../src/worker/batcher.ts'

/**
 * A batcher with the groups that it has taken, and for each group the means to end it, successfully or with an error.
 */
function taking() {
  const groups: string[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const add = createBatcher<string>((items) => {
    groups.push(items)
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  })
  return { groups, ends, add }
}

/**
 * Waits for everything that this turn of the event loop and the next one start. Not by a timer: after a stall it would
 * run too early.
 */
async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await setImmediate()
}

it('puts items of the same turn into one group, then those that arrived meanwhile', async () => {
  const { groups, ends, add } = taking()
  const first = [add('a'), add('b')]
  await turn()
  expect(groups).toEqual([['a', 'b']])
  const second = [add('c')]
  await turn()
  second.push(add('d'))
  await turn()
  expect(groups).toEqual([['a', 'b']])
  ends[0]?.resolve()
  await Promise.all(first)
  await turn()
  expect(groups).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  ends[1]?.resolve()
  await Promise.all(second)
  await turn()
  expect(groups).toHaveLength(2)
})

it('rejects only the items of a group that failed, and continues', async () => {
  const { groups, ends, add } = taking()
  const first = add('a')
  await turn()
  const second = add('b')
  ends[0]?.reject(new Error('lost'))
  await expect(first).rejects.toThrow('lost')
  await turn()
  expect(groups).toEqual([['a'], ['b']])
  ends[1]?.resolve()
  await second
})
