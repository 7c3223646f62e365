import { describe, expect, it } from '@jest/globals'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database.ts'
import { aClinic, anEmployee } from '../../helpers/world.ts'

/** A desk whose records have Ann Müller, Annette Meier and Bob O'Neil. */
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
  it('finds by the beginning or any part of names, in any order and case', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, 'ann')).toEqual(['Ann Müller', 'Annette Meier'])
      expect(await find(db, clinicId, ' MÜLLER  ann ')).toEqual(['Ann Müller'])
      expect(await find(db, clinicId, `o'neil`)).toEqual([`Bob O'Neil 100%`])
      expect(await find(db, clinicId, 'nobody')).toEqual([])
    }))

  it('finds by e-mail address, and by phone number however it is written', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, 'ann@mue')).toEqual(['Ann Müller'])
      for (const wanted of ['0151 234567', '+49 151 234 567', '234-567', '(0151) 234'])
        expect(await find(db, clinicId, wanted)).toEqual(['Ann Müller'])
    }))

  it('finds who is stored with a national number by the international one that calls, and the other way round', () =>
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

  it('takes a wildcard for itself', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, '%')).toEqual([`Bob O'Neil 100%`])
      expect(await find(db, clinicId, 'b_o')).toEqual([`Bob O'Neil 100%`])
      expect(await find(db, clinicId, '\\')).toEqual([])
    }))

  it('gives the first by name when nothing is asked for, and no more than a page', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      expect(await find(db, clinicId, '')).toHaveLength(3)
      expect(await find(db, clinicId, '', 1)).toEqual(['Ann Müller'])
      for (const size of [0, 101]) await expectRefusal(find(db, clinicId, '', size), 'invalid_argument')
    }))

  it('finds nothing in the records of a clinic one does not work for', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aDesk(db), await aDesk(db)]
      await db.as(here.claims)
      expect(await find(db, there.clinicId, 'ann')).toEqual([])
    }))
})
