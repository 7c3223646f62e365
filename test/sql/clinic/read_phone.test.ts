import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { phonePlans, phonePlansFile } from '../../../scripts/phone_plans.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

const read = (db: Db, typed: string, country: string | null) =>
  db.one('select e164, takes_sms as "takesSms" from app_hidden.read_phone($1, $2)', [typed, country])

describe('read_phone', () => {
  it.each([
    ['0151 23456789', 'DE', '+4915123456789', true],
    ['+49 151 / 234-567 89', 'US', '+4915123456789', true],
    ['+49 (0)151 23456789', 'DE', '+4915123456789', true],
    ['0049 151 23456789', 'DE', '+4915123456789', true],
    ['011 49 151 23456789', 'US', '+4915123456789', true],
    ['(030) 123456', 'DE', '+4930123456', false],
    ['030/123456 ext. 12', 'DE', '+4930123456', false],
    ['(212) 555-2368', 'US', '+12125552368', true],
    ['06 12 34 56 78', 'FR', '+33612345678', true],
    ['8 (912) 345-67-89', 'RU', '+79123456789', true],
    ['011 15-2345-6789', 'AR', '+5491123456789', true],
    ['02 1234 5678', 'IT', '+390212345678', false],
    ['٠١٥١ ٢٣٤٥٦٧٨٩', 'DE', '+4915123456789', true],
    ['+49 151 23456789', null, '+4915123456789', true],
  ])('reads %s in %s', (typed, country, e164, takesSms) =>
    inTransaction(async (db) => expect(await read(db, typed, country)).toEqual({ e164, takesSms })),
  )

  it.each([
    ['0151 23456789', null],
    ['110', 'DE'],
    ['1-800-FLOWERS', 'US'],
    ['call my wife', 'DE'],
    ['', 'DE'],
    ['+', 'DE'],
    ['+999 123456', 'DE'],
    ['+49 151', 'DE'],
    ['1234567890123456789012345', 'DE'],
    ['0151 23456789', 'XX'],
  ])('returns nothing for %j in %s', (typed, country) =>
    inTransaction(async (db) => expect(await read(db, typed, country)).toEqual({ e164: null, takesSms: false })),
  )

  it('agrees with libphonenumber in every country, in every notation', () =>
    inTransaction(async (db) => {
      const tried = getCountries().flatMap((country) => spellings(country).map((typed) => ({ country, typed })))
      const answers = await db.query(
        `select n.typed, n.country, r.e164, r.takes_sms as "takesSms"
         from unnest($1::text[], $2::text[]) with ordinality as n (typed, country, place)
         cross join lateral app_hidden.read_phone(n.typed, n.country) r order by n.place`,
        [tried.map(({ typed }) => typed), tried.map(({ country }) => country)],
      )
      const different = answers.filter(({ typed, country, e164, takesSms }) => {
        const known = parsePhoneNumberFromString(typed, country)
        // Numbers that are well formed but not assigned may be read or not.
        if (!known?.isValid()) return e164 !== null && e164 !== known?.number
        const isMobile = ['MOBILE', 'FIXED_LINE_OR_MOBILE'].includes(known.getType() ?? '')
        return e164 !== known.number || takesSms !== isMobile
      })
      expect(answers.length).toBeGreaterThan(5000)
      expect(different).toEqual([])
    }))

  it('has the plans of the installed libphonenumber', async () => {
    expect(await readFile(phonePlansFile, 'utf8')).toBe(await phonePlans())
  })
})

/** The ways in which a country's example number, and numbers near it, are written at home and abroad. */
function spellings(country: CountryCode): string[] {
  const example = getExampleNumber(country, examples)
  if (!example) return []
  const numbers = [example.number as string]
  // Neighbours: each of the last and the first digits changed. Many are landlines, some belong to no plan.
  const national = example.nationalNumber
  for (let digit = 0; digit < 10; digit++) {
    numbers.push(`+${example.countryCallingCode}${digit}${national.slice(1)}`)
    numbers.push(`+${example.countryCallingCode}${national[0]}${digit}${national.slice(2)}`)
  }
  return numbers.flatMap((number) => {
    const parsed = parsePhoneNumberFromString(number, country)
    const abroad = [number, number.replace('+', '+ ')]
    if (!parsed?.isValid() || parsed.country !== country) return abroad
    return [...abroad, parsed.formatInternational(), parsed.formatNational()]
  })
}
