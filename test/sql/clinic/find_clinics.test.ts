import { describe, expect, it } from '@jest/globals'
import { anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

const add = async (db: Db, name: string, isActive = true) => {
  const { id } = await db.one(
    `insert into app_public.clinics (name, time_zone) values ($1, 'Europe/Berlin') returning id`,
    [name],
  )
  if (!isActive) await db.query('select app_public.deactivate_clinic($1)', [id])
  return id as string
}

const find = async (db: Db, wanted: string, among: string[] | null = null, pageSize: number | null = 20) =>
  (
    await db.query<{ name: string }>('select name from app_public.find_clinics($1, $2, $3)', [wanted, among, pageSize])
  ).map(({ name }) => name)

describe('find_clinics', () => {
  it.each([
    ['xgross', ['Ärztehaus Xgroß-Gerau']],
    ['aerztehaus xgros', ['Ärztehaus Xgroß-Gerau']],
    ['gerau arztehaus', ['Ärztehaus Xgroß-Gerau']],
    ['xgrosgerau', ['Ärztehaus Xgroß-Gerau']],
    ['xkbenhavn', ['Xkøbenhavn Lægehus']],
    ['xkobenhavn laege', ['Xkøbenhavn Lægehus']],
    ['xclosed', []],
    ['%', []],
  ])('finds by %s, for everybody', (wanted, names) =>
    inTransaction(async (db) => {
      for (const name of ['Ärztehaus Xgroß-Gerau', 'Xkøbenhavn Lægehus']) await add(db, name)
      await add(db, 'Xclosed', false)
      await db.as({}, async () => expect(await find(db, wanted)).toEqual(names))
    }),
  )

  it('finds only clinics in the given list', () =>
    inTransaction(async (db) => {
      const [one, two] = [await add(db, 'Xbranch One'), await add(db, 'Xbranch Two')]
      await db.as({}, async () => {
        expect(await find(db, 'xbranch')).toEqual(['Xbranch One', 'Xbranch Two'])
        expect(await find(db, 'xbranch', [two])).toEqual(['Xbranch Two'])
        expect(await find(db, '', [one, two])).toEqual(['Xbranch One', 'Xbranch Two'])
        expect(await find(db, 'xbranch', [])).toEqual([])
        expect(await find(db, 'xbranch', null, 1)).toEqual(['Xbranch One'])
      })
    }))

  it('finds inactive clinics for their staff and for administrators', () =>
    inTransaction(async (db) => {
      const clinicId = await add(db, 'Xclosed')
      const { claims } = await anEmployee(db, clinicId, 'manager')
      await db.query('select app_public.deactivate_clinic($1)', [clinicId])
      for (const [who, names] of [
        [
          claims,
          await db.as(claims, async () =>
            (await db.query('select name from app_public.clinics where id = $1', [clinicId])).map(({ name }) => name),
          ),
        ],
        [(await anAccount(db, { isAdmin: true })).claims, ['Xclosed']],
        [(await anAccount(db)).claims, []],
      ] as const)
        await db.as(who, async () => expect(await find(db, 'xclosed')).toEqual(names))
    }))

  it('returns false for closed_by_operator to callers who see only active clinics', () =>
    inTransaction(async (db) => {
      await add(db, 'Xopen')
      await db.as({}, async () => {
        const { closed_by_operator: closed } = await db.one(`select * from app_public.find_clinics('xopen')`)
        expect(closed).toBe(false)
      })
    }))

  it('refuses page sizes of 0 and over 100, and texts that are too long', () =>
    inTransaction(async (db) => {
      for (const size of [0, 101, null]) await expectRefusal(find(db, 'x', null, size), 'invalid_argument')
      await expectRefusal(find(db, 'x'.repeat(201)), 'text_too_long')
    }))
})
