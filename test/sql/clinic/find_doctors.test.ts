import { describe, expect, it } from '@jest/globals'
import { aClinic, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** Two clinics; Xjonas Xweber has a specialization, Xşeyma Aydın has left. */
async function aTown(db: Db) {
  const [here, there] = [await aClinic(db), await aClinic(db)]
  const { id: field } = await db.one(`insert into app_public.specializations (name) values ('Xylology') returning id`)
  const add = async (clinicId: string, name: string, isActive = true) => {
    const { id } = await db.one('insert into app_public.doctors (clinic_id, full_name) values ($1, $2) returning id', [
      clinicId,
      name,
    ])
    if (!isActive) await db.query('select app_public.deactivate_doctor($1, $2)', [clinicId, id])
    return id as string
  }
  const jonas = await add(here, 'Dr. Xjonas Xweber')
  await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [here, jonas, field])
  for (const name of ['Dr. Xana Groß', 'Dr. Xcem Xöztürk']) await add(here, name)
  await add(here, 'Dr. Xşeyma Aydın', false)
  await add(there, 'Dr. Xjana Xweber-Schäfer')
  return { here, there, field: field as string }
}

interface Among {
  clinicId?: string
  field?: string
  pageSize?: number | null
}

const find = async (db: Db, wanted: string, { clinicId, field, pageSize = 20 }: Among = {}) =>
  (
    await db.query<{ full_name: string }>('select full_name from app_public.find_doctors($1, $2, $3, $4)', [
      wanted,
      clinicId ?? null,
      field ?? null,
      pageSize,
    ])
  ).map(({ full_name }) => full_name)

describe('find_doctors', () => {
  it.each([
    ['xweber xjonas', ['Dr. Xjonas Xweber']],
    ['Dr Xjonas', ['Dr. Xjonas Xweber']],
    ['xoeztuerk', ['Dr. Xcem Xöztürk']],
    ['xozturk', ['Dr. Xcem Xöztürk']],
    ['gross xana', ['Dr. Xana Groß']],
    ['xj schaefer', ['Dr. Xjana Xweber-Schäfer']],
    ['xweber', ['Dr. Xjana Xweber-Schäfer', 'Dr. Xjonas Xweber']],
    ['xwebre', ['Dr. Xjana Xweber-Schäfer', 'Dr. Xjonas Xweber']],
    ['xjonax', ['Dr. Xjonas Xweber']],
    ['aydin xseyma', []],
  ])('finds by %s, for everybody', (wanted, names) =>
    inTransaction(async (db) => {
      await aTown(db)
      await db.as({}, async () => expect(await find(db, wanted)).toEqual(names))
    }),
  )

  it('finds those of one clinic, or with one specialization', () =>
    inTransaction(async (db) => {
      const { here, there, field } = await aTown(db)
      await db.as({}, async () => {
        expect(await find(db, 'xweber', { clinicId: here })).toEqual(['Dr. Xjonas Xweber'])
        expect(await find(db, 'xweber', { clinicId: there })).toEqual(['Dr. Xjana Xweber-Schäfer'])
        expect(await find(db, 'xweber', { field })).toEqual(['Dr. Xjonas Xweber'])
        expect(await find(db, 'xweber', { clinicId: there, field })).toEqual([])
        expect(await find(db, '', { clinicId: here })).toEqual([
          'Dr. Xana Groß',
          'Dr. Xcem Xöztürk',
          'Dr. Xjonas Xweber',
        ])
        expect(await find(db, '', { field })).toEqual(['Dr. Xjonas Xweber'])
        expect(await find(db, 'xweber', { pageSize: 1 })).toEqual(['Dr. Xjana Xweber-Schäfer'])
      })
    }))

  it('finds inactive doctors for the staff of their clinic and for administrators', () =>
    inTransaction(async (db) => {
      const { here, there } = await aTown(db)
      for (const [claims, names] of [
        [(await anEmployee(db, here, 'receptionist')).claims, ['Dr. Xşeyma Aydın']],
        [(await anEmployee(db, there, 'manager')).claims, []],
        [(await anAccount(db, { isAdmin: true })).claims, ['Dr. Xşeyma Aydın']],
        [(await anAccount(db)).claims, []],
      ] as const)
        await db.as(claims, async () => expect(await find(db, 'xseyma aydin')).toEqual(names))
    }))

  it('refuses page sizes of 0 and over 100, and texts that are too long', () =>
    inTransaction(async (db) => {
      for (const pageSize of [0, 101, null]) await expectRefusal(find(db, 'x', { pageSize }), 'invalid_argument')
      await expectRefusal(db.query('select app_public.find_doctors(null)'), 'invalid_argument')
      await expectRefusal(find(db, 'x'.repeat(201)), 'text_too_long')
    }))
})
