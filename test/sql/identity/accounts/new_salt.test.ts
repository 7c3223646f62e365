import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'
import { inTransaction } from '../../../helpers/database/database.ts'

let database: ClonedDatabase
let owner: Connection
beforeAll(async () => {
  database = await cloneDatabase('migrated')
  owner = await connect(database.url)
})
afterAll(async () => {
  await owner?.close()
  await database?.drop()
})

const bcrypt = (cost: number) => expect.stringMatching(new RegExp(`^\\$2a\\$${String(cost).padStart(2, '0')}\\$.{53}$`))

it('uses the real cost for a password in a database that the migrations made', async () => {
  await owner.query(`select app_private.create_account('ann@test.example', 'a fine long password')`)
  expect(await owner.one('select password_hash from app_private.accounts')).toEqual({ password_hash: bcrypt(10) })
})

it('returns another salt each time', async () => {
  const { one, other } = await owner.one('select app_private.new_salt() as one, app_private.new_salt() as other')
  expect(one).not.toBe(other)
})

it('takes the same time for the password of an unknown address as for that of a known one', async () => {
  // bcrypt's cost is part of the salt, and sign_in uses either the account's salt or a new one.
  const { known, unknown } = await owner.one(
    `select left(app_private.salt_of('ann@test.example'), 7) as known, left(app_private.new_salt(), 7) as unknown`,
  )
  expect(unknown).toBe(known)
})

it('costs less in other tests', () =>
  inTransaction(async (db) => {
    const { hash } = await db.one(`select app_private.hash_password('a fine long password') as hash`)
    expect(hash).toEqual(bcrypt(4))
  }))
