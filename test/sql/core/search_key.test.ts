import { describe, expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'

describe('name_key', () => {
  it.each([
    ['Müller', 'Mueller', 'MULLER', 'mu\u0308ller'],
    ['Weiß', 'Weiss', 'WEISS', 'WEIẞ'],
    ['Schäfer', 'Schaefer', 'Schafer'],
    ['Sørensen', 'Soerensen', 'Sorensen', 'Sörensen'],
    ['Århus', 'Aarhus', 'Arhus'],
    ['Yılmaz', 'Yilmaz', 'YILMAZ', 'YİLMAZ'],
    ['Çelik', 'Celik'],
    ['Öztürk', 'Oeztuerk', 'Ozturk'],
    ['Łukasz Dvořák', 'lukasz dvorak'],
    ["O'Brien", 'O’Brien', 'O´Brien', 'O‘Brien'],
    ['Anna-Lena', 'Anna‐Lena', 'Lena Annalena Anna'],
    ['Jonas Weber', 'Weber, Jonas', '  weber   JONAS '],
    ['Ёлкин', 'елкин'],
    ['ﬁscher', 'Fischer'],
  ])('is the same for %s and its other spellings', (...spellings) =>
    inTransaction(async (db) => {
      const keys = await db.query<{ key: string }>('select app_hidden.name_key(n) as key from unnest($1::text[]) n', [
        spellings,
      ])
      expect(new Set(keys.map(({ key }) => key)).size).toBe(1)
    }),
  )

  it.each([
    ['Weber', 'Weser'],
    ['Anna Lena', 'Annalena'],
    ['Li', 'Lo'],
  ])('is different for %s and %s', (one, other) =>
    inTransaction(async (db) => {
      const { same } = await db.one('select app_hidden.name_key($1) = app_hidden.name_key($2) as same', [one, other])
      expect(same).toBe(false)
    }),
  )

  it('contains the parts of a name with a hyphen or an apostrophe, separately and joined', () =>
    inTransaction(async (db) => {
      const { key } = await db.one('select app_hidden.name_key($1) as key', ["Anna-Lena O'Brien"])
      expect(key).toBe(' anna annalena brien lena o obrien ')
    }))

  it('contains no wildcard of LIKE, and is never empty', () =>
    inTransaction(async (db) => {
      const keys = await db.query<{ key: string }>('select app_hidden.name_key(n) as key from unnest($1::text[]) n', [
        ['a%b', 'a_b', 'a\\b', '%', ''],
      ])
      expect(keys.map(({ key }) => key)).toEqual([' a b ', ' a b ', ' a b ', '  ', '  '])
    }))
})

describe('search_key', () => {
  it('contains the words of name and address, and the digits of the number', () =>
    inTransaction(async (db) => {
      const { key } = await db.one('select app_hidden.search_key($1, $2, $3) as key', [
        'Ann Müller',
        'ann.m@mueller.example',
        '+49 (151) 23-45',
      ])
      expect(key).toBe(' ann example m muller #491512345#')
    }))

  it('contains a number in its international form as well', () =>
    inTransaction(async (db) => {
      const { key } = await db.one(`select app_hidden.search_key('Ann', null, '0151 2345', '+491512345') as key`)
      expect(key).toBe(' ann #01512345##491512345#')
    }))

  it('works without an address and a number', () =>
    inTransaction(async (db) => {
      const { key } = await db.one(`select app_hidden.search_key('Ann', null, 'extension') as key`)
      expect(key).toBe(' ann ')
    }))
})
