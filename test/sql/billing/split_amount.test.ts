import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { inTransaction } from '../../helpers/database/database.ts'

const split = (amount: bigint | number, weights: (bigint | number)[]) =>
  inTransaction(async (db) =>
    (
      await db.one<{ parts: string[] }>('select billing_private.split_amount($1, $2) as parts', [
        String(amount),
        weights.map(String),
      ])
    ).parts.map(BigInt),
  )

it.each([
  ['in equal parts, the first ones one more', 100, [1, 1, 1], [34, 33, 33]],
  ['by the largest remainder, wherever it is', 10, [5, 1, 6], [4, 1, 5]],
  ['nothing into nothing', 0, [1, 2], [0, 0]],
  ['a negative amount as its opposite', -100, [1, 1, 1], [-34, -33, -33]],
  ['and leaves out what weighs nothing', 5, [0, 3, 0], [0, 5, 0]],
  [
    'amounts beyond what a number of JavaScript holds',
    9007199254740993n,
    [1, 1],
    [4503599627370497n, 4503599627370496n],
  ],
])('splits %s', async (_, amount, weights, parts) => {
  expect(await split(amount, weights)).toEqual(parts.map(BigInt))
})

it('gives parts that sum to the amount and differ from their exact share by less than one unit', () =>
  inTransaction((db) =>
    fc.assert(
      fc.asyncProperty(
        fc.bigInt(0n, 10n ** 12n),
        fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 12 }).filter((w) => w.some((each) => each > 0n)),
        async (amount, weights) => {
          const { parts } = await db.one<{ parts: string[] }>('select billing_private.split_amount($1, $2) as parts', [
            String(amount),
            weights.map(String),
          ])
          const whole = weights.reduce((sum, each) => sum + each, 0n)
          expect(parts.reduce((sum, each) => sum + BigInt(each), 0n)).toBe(amount)
          parts.forEach((part, i) => {
            const difference = BigInt(part) * whole - amount * (weights[i] as bigint)
            expect(difference > -whole && difference < whole).toBe(true)
            if (amount <= whole) expect(BigInt(part) <= (weights[i] as bigint)).toBe(true)
          })
        },
      ),
      { numRuns: 200 },
    ),
  ))

it('refuses weights that are negative or sum to nothing', async () => {
  await expect(split(1, [1, -1])).rejects.toMatchObject({ code: '22023' })
  await expect(split(1, [0, 0])).rejects.toMatchObject({ code: '22023' })
})
