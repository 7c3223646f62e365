import { describe, expect, it } from '@jest/globals'
import { aCustomer, anAccount } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

describe('customers', () => {
  it('edit their own name and contact', () =>
    inTransaction(async (db) => {
      const { customerId, claims } = await aCustomer(db)
      await db.as(claims)
      const changed = await db.one(
        `update app_public.customers set full_name = 'New Name', phone = '+49 30 1', row_version = 1 where id = $1
         returning full_name, phone, row_version`,
        [customerId],
      )
      expect(changed).toEqual({ full_name: 'New Name', phone: '+49 30 1', row_version: 2 })
    }))

  it('cannot overwrite a change that they have not seen', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await db.as(claims)
      await db.query(`update app_public.customers set phone = '1', row_version = 1`)
      const error = await expectRefusal(
        db.query(`update app_public.customers set phone = '2', row_version = 1`),
        'stale_row_version',
      )
      expect(JSON.parse(error.detail ?? '')).toEqual({ table: 'customers', given: 1, current: 2 })
      await expectRefusal(
        db.query('update app_public.customers set phone = $1, row_version = null', ['3']),
        'stale_row_version',
      )
    }))

  it('can prefer a channel only with the address that it needs, and keep that address', () =>
    inTransaction(async (db) => {
      const { customerId, claims } = await aCustomer(db)
      const change = (set: string) => db.query(`update app_public.customers set ${set} where id = $1`, [customerId])
      await db.as(claims, async () => {
        const refused = await expectRefusal(change(`preferred_channel = 'sms'`), 'channel_needs_address')
        expect(JSON.parse(refused.detail ?? '')).toEqual({ argument: 'phone' })
        await change(`preferred_channel = 'sms', phone = '+49 151 23456789'`)
        await expectRefusal(change('phone = null'), 'channel_needs_address')
        await change(`preferred_channel = 'email', phone = null`)
      })
      const error = await expectRefusal(change('email = null'), 'channel_needs_address')
      expect(JSON.parse(error.detail ?? '')).toEqual({ argument: 'email' })
    }))

  it('stay the same person: neither they nor a DBA can move them to another account', () =>
    inTransaction(async (db) => {
      const { customerId, claims } = await aCustomer(db)
      const other = await anAccount(db)
      const move = () =>
        db.query('update app_public.customers set account_id = $1 where id = $2', [other.accountId, customerId])
      await expectRefusal(move(), 'immutable_column')
      await db.as(claims, () => expectRefusal(move(), 'insufficient_privilege'))
    }))

  it('cannot activate or deactivate themselves; an administrator can', () =>
    inTransaction(async (db) => {
      const { customerId, claims } = await aCustomer(db)
      const admin = await anAccount(db, { isAdmin: true })
      const close = () =>
        db.query('update app_public.customers set is_active = false where id = $1 returning id', [customerId])
      await db.as(claims, () => expectRefusal(close(), 'insufficient_privilege'))
      await db.as(admin.claims, async () => expect(await close()).toEqual([{ id: customerId }]))
    }))
})
