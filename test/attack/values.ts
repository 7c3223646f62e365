import fc from 'fast-check'

// Values that have broken servers before: limits of types, invalid text, invalid times.

const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff\ud800x',
  '\ufffe\uffff',
  '\u202eabc',
  '😀'.repeat(60),
  '﷽',
  'x'.repeat(300),
  'x'.repeat(20_000),
  "'; drop table app_public.clinics; --",
  '$$',
  '%00',
  '%',
  '\\',
  '{{customer}}',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  'a@b.c',
  '__proto__',
  '{"a":1}',
  '{1,2}',
  '["naturals",1]',
  'WyJuYXR1cmFscyIsMV0=',
  'WyI5NzU5MDg5NWRiIixbbnVsbCwiMSJdXQ==',
  'Europe/Berlin',
  '127.0.0.1',
]
const times = [
  'infinity',
  '-infinity',
  'epoch',
  'now',
  'tomorrow',
  'allballs',
  '0000-00-00',
  '0001-01-01',
  '-0001-01-01',
  '4713-01-01 BC',
  '4714-11-24T00:00:00Z BC',
  '2026-02-30',
  '9999-12-31',
  '9999-12-31T23:59:59.999999Z',
  '10000-01-01',
  '294276-12-31T23:59:59Z',
  '294277-01-01T00:00:00Z',
  '5874897-12-31',
  '5874898-01-01',
  '+275760-09-13T00:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-11-22T12:00:00+99:99',
  '2026-11-22T12:00:00+15:59',
  '2026-11-22',
  '2026-11-22T12:00:00Z',
  '24:00:00',
  '24:00:01',
  '12:00',
  '-1 year',
  'P99999999999Y',
  '1e400 years',
]
const numbers = [0, -1, 1, 0.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 2 ** 53, 1e21, 1e308, -1e-320]
const integers = [
  '0',
  '-1',
  '00',
  '2147483648',
  '9007199254740993',
  '999999999999999999',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999999',
  '1e5',
  '0x10',
  '１',
]

export const badText = fc.constantFrom(...texts, ...times, ...integers)
export const badTime = fc.constantFrom(...times)
export const badInteger = fc.constantFrom(...integers)
export const badNumber = fc.constantFrom(...numbers)

/** Any JSON value, in place of the expected one. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  badText,
  badNumber,
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    [null],
    [[]],
    { a: { a: {} } },
    Array(2000).fill(0),
    Array(300).fill('1'),
    { __proto__: 1, constructor: 1 },
  ),
)

/** True once in the given number of times, on average. */
export const rarely = (n: number) => fc.nat(n - 1).map((i) => i === 0)

/** One of some values. By its index, because fast-check compares the values of arbitraries deeply. */
export const pick = <T>(g: fc.GeneratorValue, values: readonly T[]): T => values[g(fc.nat, values.length - 1)] as T
