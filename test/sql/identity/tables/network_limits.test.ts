import { describe, expect, it } from '@jest/globals'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, password } from '../sessions.ts'

const from = (db: Db, address: string, statement: string, values: unknown[] = []) =>
  db.as({ from: address }, () => db.query<{ refusal: string | null }>(`select * from ${statement}`, values))
const fail = (db: Db, address: string) => from(db, address, 'app_public.sign_in($1, $2)', [anAddress(), 'not it'])
const register = (db: Db, address: string) =>
  from(db, address, 'app_public.register_customer($1, $2, $3)', [anAddress(), password, 'Ann'])
const limit = (db: Db, kind: string, burst: number) =>
  db.query('update app_private.network_limits set burst = $2, per_hour = 60 where kind = $1', [kind, burst])
const later = (db: Db, interval: string) =>
  db.query('update app_private.network_attempts set counted_at = counted_at - $1::interval', [interval])

describe('a network is limited in', () => {
  it('failed sign-ins, for all accounts together, then one a minute', () =>
    inTransaction(async (db) => {
      await limit(db, 'sign_in', 3)
      for (let i = 0; i < 3; i++) expect(await fail(db, '192.0.2.1')).toMatchObject([{ refusal: 'wrong_credentials' }])
      const { detail } = await expectRefusal(fail(db, '192.0.2.1'), 'too_many_attempts')
      expect(JSON.parse(detail ?? '')).toEqual({ retryAfterSeconds: 60 })
      expect(await fail(db, '192.0.2.2')).toMatchObject([{ refusal: 'wrong_credentials' }])
      await db.asOwner()
      await later(db, '1 minute')
      await fail(db, '192.0.2.1')
      await expectRefusal(fail(db, '192.0.2.1'), 'too_many_attempts')
    }))

  it('registrations, and links for a new password', () =>
    inTransaction(async (db) => {
      await limit(db, 'registration', 1)
      await limit(db, 'password_reset', 1)
      const ask = () => from(db, '192.0.2.1', 'app_public.request_password_reset($1)', [anAddress()])
      await register(db, '192.0.2.1')
      await expectRefusal(register(db, '192.0.2.1'), 'too_many_attempts')
      await ask()
      await expectRefusal(ask(), 'too_many_attempts')
      // Each kind is counted separately.
      expect(await fail(db, '192.0.2.1')).toMatchObject([{ refusal: 'wrong_credentials' }])
    }))

  it('successful sign-ins, with a limit of their own', () =>
    inTransaction(async (db) => {
      await limit(db, 'sign_in', 1)
      const email = anAddress()
      await from(db, '192.0.2.1', 'app_public.register_customer($1, $2, $3)', [email, password, 'Ann'])
      for (let i = 0; i < 3; i++)
        expect(await from(db, '192.0.2.1', 'app_public.sign_in($1, $2)', [email, password])).toMatchObject([
          { refusal: null },
        ])
      await limit(db, 'signed_in', 3)
      const once = () => from(db, '192.0.2.1', 'app_public.sign_in($1, $2)', [email, password])
      await expectRefusal(once(), 'too_many_attempts')
      await db.asOwner()
      await later(db, '2 minutes')
      expect(await once()).toMatchObject([{ refusal: null }])
    }))
})

describe('an IPv6 provider', () => {
  const address = (site: number, home: number, subnet: number) => `2001:db8:${site}:${home}0${subnet}::1`

  it('does not escape the limit with another /64, /56 or /48: each larger network has a limit, twice as high', () =>
    inTransaction(async (db) => {
      await limit(db, 'sign_in', 2)
      const refused = (from: string) => expectRefusal(fail(db, from), 'too_many_attempts')
      // /64: two
      await fail(db, address(1, 10, 1))
      await fail(db, address(1, 10, 1))
      await refused(address(1, 10, 1))
      // /56: four
      await fail(db, address(1, 10, 2))
      await fail(db, address(1, 10, 2))
      await refused(address(1, 10, 3))
      // /48: eight
      for (const subnet of [1, 1, 2, 2]) await fail(db, address(1, 11, subnet))
      await refused(address(1, 12, 1))
      await fail(db, address(2, 10, 1))
    }))

  it('gets attempts back at the rate of the larger network', () =>
    inTransaction(async (db) => {
      await limit(db, 'sign_in', 2)
      for (const subnet of [1, 1, 2, 2]) await fail(db, address(1, 10, subnet))
      const { detail } = await expectRefusal(fail(db, address(1, 10, 3)), 'too_many_attempts')
      expect(JSON.parse(detail ?? '')).toEqual({ retryAfterSeconds: 30 })
      await db.asOwner()
      await later(db, '30 seconds')
      await fail(db, address(1, 10, 3))
    }))
})

it.each([
  ['192.0.2.1', '192.0.2.1/32'],
  ['::ffff:192.0.2.1', '192.0.2.1/32'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['127.0.0.1', null],
  ['::ffff:127.0.0.1', null],
  ['::1', null],
  ['', null],
])('the address %p belongs to the network %p', (address, network) =>
  inTransaction(async (db) => {
    await db.query(`select set_config('medislot.client_address', $1, true)`, [address])
    expect(await db.one('select app_private.client_network()::text as network')).toEqual({ network })
  }),
)

it('expired counts are removed after a day', () =>
  inTransaction(async (db) => {
    await fail(db, '192.0.2.1')
    await db.asOwner()
    const count = async () => (await db.query('select from app_private.network_attempts')).length
    expect(await count()).toBe(1)
    await later(db, '25 hours')
    await db.query('select app_private.remove_old_records()')
    expect(await count()).toBe(0)
    const forever = `update app_private.network_limits set burst = 25 * per_hour where kind = 'sign_in'`
    expect((await expectRefusal(db.query(forever), 'check_violation')).constraint).toBe(
      'limits_are_forgiven_within_a_day',
    )
    const none = `update app_private.network_limits set burst = 0 where kind = 'sign_in'`
    expect((await expectRefusal(db.query(none), 'check_violation')).constraint).toBe('some_attempts_are_always_allowed')
  }))
