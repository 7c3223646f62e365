/**
 * Writes an amount in minor units, which the API returns as a text of digits, as people write it: "€12.50" or
 * "12,50 €".
 */
export function amountText(amount: string, currency: string, exponent: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  // A text in place of a number keeps every digit.
  return format.format(`${amount}E-${exponent}` as `${number}`)
}

/**
 * The amount that somebody has entered, such as "12.5" or "12,50", in minor units; undefined if it is none. The last point or
 * comma separates the decimals, and there are no separators of thousands: "1.234" is refused in a currency with two decimals.
 */
export function amountIn(entered: string, exponent: number): string | undefined {
  const [, whole, decimals = ''] = /^(\d{1,13})(?:[.,](\d+))?$/.exec(entered.trim()) ?? []
  if (whole === undefined || decimals.length > exponent) return undefined
  return String(BigInt(whole + decimals.padEnd(exponent, '0')))
}

/** An amount of minor units as amountIn reads it, to be changed in a field: "12.50", or "12,50" where that is usual. */
export function enteredAmount(amount: string, exponent: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    useGrouping: false,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  return format.format(`${amount}E-${exponent}` as `${number}`)
}
