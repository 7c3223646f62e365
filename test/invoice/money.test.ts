import fc from 'fast-check'
import { decimalOf, formatMoney } from '../../src/invoice/money.ts'

const plain = (text: string) => text.replaceAll(/\s/g, ' ')

test.each([
  [1250n, 'EUR', 2, 'en', '€12.50'],
  [1250n, 'EUR', 2, 'de', '12,50 €'],
  [123_456_789n, 'EUR', 2, 'de', '1.234.567,89 €'],
  [5n, 'EUR', 2, 'en', '€0.05'],
  [0n, 'EUR', 2, 'en', '€0.00'],
  [-250n, 'EUR', 2, 'en', '-€2.50'],
  [-250n, 'EUR', 2, 'de', '-2,50 €'],
  [1250n, 'JPY', 0, 'en', '¥1,250'],
  [1250n, 'JPY', 0, 'de', '1.250 ¥'],
  [1250n, 'KWD', 3, 'en', 'KWD 1.250'],
  [9_223_372_036_854_775_807n, 'EUR', 2, 'en', '€92,233,720,368,547,758.07'],
] as const)('%s minor units of %s with %s decimals in %s are %s', (amount, currency, exponent, language, text) => {
  expect(plain(formatMoney(amount, currency, exponent, language))).toBe(text)
})

test('an amount as a decimal number has every digit of the minor units', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constantFrom(0, 2, 3), (amount, exponent) => {
      const decimal = decimalOf(amount, exponent)
      expect(decimal).toMatch(exponent ? new RegExp(`^-?\\d+\\.\\d{${exponent}}$`) : /^-?\d+$/)
      expect(BigInt(decimal.replace('.', ''))).toBe(amount)
    }),
  )
})
