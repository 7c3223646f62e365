import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer, anAccount, anEmployee, aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../helpers/database/database.ts'

type Asker = Pick<Db, 'one'>
const nothing = { status: null, headers: null, body: null }
const claim = (db: Asker, key: string | null, fingerprint = 'a') =>
  db.one('select * from app_hidden.claim_response($1, $2)', [key, fingerprint])
const store = (db: Asker, key: string, status: number, body: string) =>
  db.one(`select app_hidden.store_response($1, $2, '{"etag": "1"}', $3)`, [key, status, body])

describe('a response', () => {
  it('is returned again for its key, to its account, for the same request', () =>
    inTransaction(async (db) => {
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      await db.as(ann.claims)
      expect(await claim(db, 'k')).toEqual(nothing)
      await store(db, 'k', 201, '{"id":"1"}')
      const stored = { status: 201, headers: { etag: '1' }, body: '{"id":"1"}' }
      expect(await claim(db, 'k')).toEqual(stored)
      await expectRefusal(claim(db, 'k', 'b'), 'idempotency_key_reused')
      // A stored response is not overwritten.
      await store(db, 'k', 200, 'other')
      expect(await claim(db, 'k')).toEqual(stored)
      await db.as(bob.claims)
      expect(await claim(db, 'k', 'b')).toEqual(nothing)
    }))

  it.each([
    ['dismissed', 'is_active = false'],
    ['no longer a manager', `role = 'receptionist'`],
    ['no longer the doctor', `role = 'doctor', doctor_id = null`],
  ])('is not returned again to an employee who is %s', (_, change) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      const { accountId, claims } = await anEmployee(db, clinicId, 'manager', doctorId)
      // Work in another clinic does not change the role.
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Kim')`,
        [await aClinic(db), accountId],
      )
      await db.as(claims, () => claim(db, 'k'))
      await db.as(claims, () => store(db, 'k', 200, '{"fullName":"Ann"}'))
      await db.as(claims, async () => expect(await claim(db, 'k')).toMatchObject({ status: 200 }))
      await db.query(`update app_public.employees set ${change} where clinic_id = $1 and account_id = $2`, [
        clinicId,
        accountId,
      ])
      await db.as(claims, () => expectRefusal(claim(db, 'k'), 'forbidden'))
    }),
  )

  it('is not returned again to a former administrator, but is to an account that became administrator', () =>
    inTransaction(async (db) => {
      const { accountId, claims } = await anAccount(db, { isAdmin: true })
      const admin = (is: boolean) =>
        db.query('update app_private.accounts set is_admin = $2 where id = $1', [accountId, is])
      await db.as(claims, () => claim(db, 'k'))
      await db.as(claims, () => store(db, 'k', 200, '{}'))
      await admin(false)
      await db.as(claims, () => expectRefusal(claim(db, 'k'), 'forbidden'))
      await db.as(claims, () => claim(db, 'later'))
      await db.as(claims, () => store(db, 'later', 200, '{}'))
      await admin(true)
      for (const key of ['k', 'later'])
        await db.as(claims, async () => expect(await claim(db, key)).toMatchObject({ status: 200 }))
    }))

  it('needs a key of 1 to 200 characters and an account', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await expectRefusal(claim(db, 'k'), 'unauthenticated')
      await expectRefusal(
        db.as({}, () => claim(db, 'k')),
        'insufficient_privilege',
      )
      await db.as(claims)
      for (const key of [null, '', 'x'.repeat(201)]) await expectRefusal(claim(db, key), 'invalid_argument')
      expect(await claim(db, 'x'.repeat(200))).toEqual(nothing)
    }))
})

describe('two concurrent requests with one key', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it.each([
    ['the second gets the response of the first', true],
    ['the second is executed when the first was refused', false],
  ])('%s', async (_name, keep) => {
    const [first, second, observer] = await Promise.all([1, 2, 3].map(() => connect(database.url)))
    if (!first || !second || !observer) throw new Error('no connections')
    try {
      const { claims } = await aCustomer(observer)
      let waited: Promise<unknown> | undefined
      const done = first.request(claims, async () => {
        await claim(first, 'k')
        waited = second.request(claims, () => claim(second, 'k'))
        await untilWaiting(observer, second, waited)
        await store(first, 'k', 200, 'done')
        if (!keep) throw new Error('refused')
      })
      await done.catch(() => undefined)
      expect(await waited).toEqual(keep ? { status: 200, headers: { etag: '1' }, body: 'done' } : nothing)
    } finally {
      await Promise.all([first, second, observer].map((connection) => connection.close()))
    }
  })
})
