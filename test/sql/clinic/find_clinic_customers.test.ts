import { describe, expect, it } from '@jest/globals'
import { aClinic, anEmployee } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A desk whose records contain Ann Müller, Annette Meier and Bob O'Neil. */
async function aDesk(db: Db) {
  const clinicId = await aClinic(db)
  const { claims } = await anEmployee(db, clinicId, 'receptionist')
  await db.as(claims, async () => {
    for (const [name, email, phone] of [
      ['Ann Müller', 'ann@mueller.example', '+49 151 / 234-567'],
      ['Annette Meier', null, '0151 999888'],
      [`Bob O'Neil 100%`, 'bob_o@neil.example', null],
    ])
      await db.query('select app_public.add_clinic_customer($1, $2, $3, $4)', [clinicId, name, email, phone])
  })
  return { clinicId, claims }
}

const find = async (db: Db, clinicId: string, wanted: string, size = 20) =>
  (
    await db.query<{ full_name: string }>('select full_name from app_public.find_clinic_customers($1, $2, $3)', [
      clinicId,
      wanted,
      size,
    ])
  ).map(({ full_name }) => full_name)

describe('find_clinic_customers', () => {
  it('finds by the beginnings of names, in any order and letter case', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, 'ann')).toEqual(['Ann Müller', 'Annette Meier'])
      expect(await find(db, clinicId, ' MÜLLER  ann ')).toEqual(['Ann Müller'])
      expect(await find(db, clinicId, `o'neil`)).toEqual([`Bob O'Neil 100%`])
      expect(await find(db, clinicId, 'nobody')).toEqual([])
    }))

  it('finds by e-mail address, and by phone number in any notation', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, 'ann@mue')).toEqual(['Ann Müller'])
      for (const wanted of ['0151 234567', '+49 151 234 567', '234-567', '(0151) 234'])
        expect(await find(db, clinicId, wanted)).toEqual(['Ann Müller'])
    }))

  it('finds a national number by its international form, and the other way round', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      for (const [name, phone] of [
        ['Nora National', '0151 23456789'],
        ['Ines International', '+49 160 98765432'],
      ])
        await db.query('select app_public.add_clinic_customer($1, $2, null, $3)', [clinicId, name, phone])
      for (const wanted of ['+49 151 23456789', '+4915123456789', '004915123456789', '0151/23456789', '15123456789'])
        expect(await find(db, clinicId, wanted)).toEqual(['Nora National'])
      for (const wanted of ['0160 98765432', '+49 (0)160 98765432', '0049 160 98765432'])
        expect(await find(db, clinicId, wanted)).toEqual(['Ines International'])
    }))

  it('lists numbers that end with the digits first', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      for (const [name, phone] of [
        ['Zoe Ends', '030 5550777'],
        ['Al Begins', '0777 654321'],
      ])
        await db.query('select app_public.add_clinic_customer($1, $2, null, $3)', [clinicId, name, phone])
      expect(await find(db, clinicId, '777')).toEqual(['Zoe Ends', 'Al Begins'])
      expect(await find(db, clinicId, '654 321')).toEqual(['Al Begins'])
      expect(await find(db, clinicId, '+49 777 654321')).toEqual(['Al Begins'])
    }))

  it.each([
    ['mueller', 'Hans Müller'],
    ['weiss', 'Karl Weiß'],
    ['yilmaz', 'Ayşe Yılmaz'],
    ['YILMAZ AYSE', 'Ayşe Yılmaz'],
    ['celik', 'Çelik'],
    ['oconnor', `Sinéad O'Connor`],
    ["o'connor", `Sinéad O'Connor`],
    ['sorensen', 'Søren Sørensen'],
    ['sören', 'Søren Sørensen'],
    ['annalena', 'Anna-Lena Groß'],
    ['anna lena', 'Anna-Lena Groß'],
    ['lena-an gros', 'Anna-Lena Groß'],
    ['aarhus', 'Per Århus'],
    ['mullar', 'Hans Müller'],
    ['mulle', 'Hans Müller'],
    ['mulelr', 'Hans Müller'],
    ['hans mulller', 'Hans Müller'],
    ['yilmz', 'Ayşe Yılmaz'],
    ['sörennsen', 'Søren Sørensen'],
  ])('finds by %s only %s', (wanted, name) =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { claims } = await anEmployee(db, clinicId, 'receptionist')
      await db.as(claims)
      for (const one of [
        'Hans Müller',
        'Karl Weiß',
        'Ayşe Yılmaz',
        'Çelik',
        `Sinéad O'Connor`,
        'Søren Sørensen',
        'Anna-Lena Groß',
        'Per Århus',
        'Hanna Ott',
      ])
        await db.query('select app_public.add_clinic_customer($1, $2)', [clinicId, one])
      expect(await find(db, clinicId, wanted)).toEqual([name])
    }),
  )

  it('returns whole words before beginnings, and tries misspelt words only when nothing else is found', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { claims } = await anEmployee(db, clinicId, 'receptionist')
      await db.as(claims)
      for (const name of ['Ann Webersberg', 'Bob Wever', 'Cid Weber', 'Dan Weberling', 'Eve Wever-Other'])
        await db.query('select app_public.add_clinic_customer($1, $2)', [clinicId, name])
      expect(await find(db, clinicId, 'weber')).toEqual(['Cid Weber', 'Ann Webersberg', 'Dan Weberling'])
      expect(await find(db, clinicId, 'weber', 2)).toEqual(['Cid Weber', 'Ann Webersberg'])
      expect(await find(db, clinicId, 'webre')).toEqual(['Cid Weber', 'Ann Webersberg', 'Dan Weberling'])
      expect(await find(db, clinicId, 'eve weber')).toEqual(['Eve Wever-Other'])
    }))

  it('accepts no typing error in words of less than five letters, and no second one', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      for (const wanted of ['bobb', 'anm', 'muxxer', 'mexerx ann'])
        expect([wanted, ...(await find(db, clinicId, wanted))]).toEqual([wanted])
    }))

  it('ignores wildcards, and finds nothing without a letter or digit', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      for (const wanted of ['%', 'b_x', '\\', '-', "'"])
        expect([wanted, ...(await find(db, clinicId, wanted))]).toEqual([wanted])
      expect(await find(db, clinicId, '100%')).toEqual([`Bob O'Neil 100%`])
    }))

  it('finds a record by its current data, not by its former data', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      await db.query(
        `update app_public.clinic_customers set full_name = 'Ann Weiß', email = null where full_name = 'Ann Müller'`,
      )
      expect(await find(db, clinicId, 'weiss')).toEqual(['Ann Weiß'])
      expect(await find(db, clinicId, 'mueller')).toEqual([])
    }))

  it('reads records only through the index of keys', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.query(
        `with made as (
           insert into app_public.customers (full_name, phone)
           select 'Patient ' || translate(n::text, '0123456789', 'abcdefghij'), '030 ' || n from generate_series(10000, 12000) n
           returning id, full_name, phone)
         insert into app_public.clinic_customers (clinic_id, customer_id, full_name, phone) select $1, * from made`,
        [clinicId],
      )
      await db.query(`select gin_clean_pending_list('app_public.clinic_customers_by_key')`)
      await db.query('analyze app_public.clinic_customers')
      const read = async () =>
        (
          await db.one<{ n: number }>(
            `select seq_tup_read::int as n from pg_stat_xact_user_tables
             where relid = 'app_public.clinic_customers'::regclass`,
          )
        ).n
      const before = await read()
      await db.as(claims, async () => {
        for (const wanted of ['babcd', 'patient babc', 'mueller', 'mullre', '11234'])
          expect(await find(db, clinicId, wanted)).not.toEqual([])
      })
      expect(await read()).toBe(before)
    }))

  it('returns the first records by name for an empty text, and at most a page', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, '')).toHaveLength(3)
      expect(await find(db, clinicId, '', 1)).toEqual(['Ann Müller'])
      for (const size of [0, 101]) await expectRefusal(find(db, clinicId, '', size), 'invalid_argument')
      await expectRefusal(find(db, clinicId, 'x'.repeat(201)), 'text_too_long')
    }))

  it('finds nothing in the records of a clinic that the caller does not work for', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aDesk(db), await aDesk(db)]
      await db.as(here.claims)
      expect(await find(db, there.clinicId, 'ann')).toEqual([])
    }))
})
