import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { amountIn, amountText, enteredAmount } from '../../../src/web/parts/money/amounts.ts'

const plain = (text: string) => text.replaceAll(/\s/g, ' ')

test.each([
  ['1250', 'EUR', 2, 'en-GB', '€12.50'],
  ['1250', 'EUR', 2, 'de-DE', '12,50 €'],
  ['123456789', 'EUR', 2, 'de-DE', '1.234.567,89 €'],
  ['5', 'USD', 2, 'en-US', '$0.05'],
  ['-250', 'EUR', 2, 'de-DE', '-2,50 €'],
  ['1250', 'JPY', 0, 'de-DE', '1.250 ¥'],
  ['1250', 'KWD', 3, 'en-GB', 'KWD 1.250'],
  ['9223372036854775807', 'EUR', 2, 'en-GB', '€92,233,720,368,547,758.07'],
])('shows %s minor units of %s with %s decimals in %s as %s', (amount, currency, exponent, locale, text) => {
  expect(plain(amountText(amount, currency, exponent, locale))).toBe(text)
})

test.each([
  ['12.50', 2, '1250'],
  ['12,5', 2, '1250'],
  [' 12 ', 2, '1200'],
  ['0.05', 2, '5'],
  ['1.234', 3, '1234'],
  ['1250', 0, '1250'],
  ['1.234', 2, undefined],
  ['1.234,50', 2, undefined],
  ['12.5', 0, undefined],
  ['-3', 2, undefined],
  ['12.', 2, undefined],
  ['', 2, undefined],
  ['1e3', 2, undefined],
  ['12345678901234', 2, undefined],
])('reads %j, entered in a currency with %s decimals, as %s minor units', (entered, exponent, amount) => {
  expect(amountIn(entered, exponent)).toBe(amount)
})

test('what a field shows for an amount is read as the same amount, in any language', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 10n ** 12n),
      fc.constantFrom(0, 2, 3),
      fc.constantFrom('en-GB', 'de-DE', 'de-AT', 'de-CH'),
      (amount, exponent, locale) => {
        expect(amountIn(enteredAmount(`${amount}`, exponent, locale), exponent)).toBe(`${amount}`)
      },
    ),
  )
})
