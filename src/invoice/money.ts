/**
 * An amount of minor units as text for people, such as "€12.50" or "12,50 €". Exact for any amount: it never becomes a
 * JavaScript number. `exponent` is the number of the currency's decimals in our tables, which may differ from those that this
 * runtime knows.
 */
export function formatMoney(amount: bigint, currency: string, exponent: number, language: string): string {
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  return format.format(decimalOf(amount, exponent))
}

/** An amount of minor units as a decimal number with a point: 1250n with two decimals is "12.50". */
export function decimalOf(amount: bigint, exponent: number): `${number}` {
  const digits = `${amount < 0n ? -amount : amount}`.padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const decimals = digits.slice(digits.length - exponent)
  return `${amount < 0n ? '-' : ''}${whole}${decimals && `.${decimals}`}` as `${number}`
}
