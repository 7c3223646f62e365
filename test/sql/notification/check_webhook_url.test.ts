import { describe, expect, it } from '@jest/globals'
import ipaddr from 'ipaddr.js'
import { aClinic } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

const isPublic = async (db: Db, address: string) =>
  (await db.one<{ is: boolean }>('select app_private.is_public_address($1) as is', [address])).is

/** The first and last address of a network. */
function ends(network: string): string[] {
  const kind = network.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4
  const [first, last] = [kind.networkAddressFromCIDR(network), kind.broadcastAddressFromCIDR(network)]
  return [first.toString(), last.toString()]
}

/** The networks of a version of IP that the library ipaddr.js says are special. */
function specialNetworks(version: typeof ipaddr.IPv4 | typeof ipaddr.IPv6): string[] {
  type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]
  const ranges: Record<string, Range | Range[]> = (version.prototype as never as { SpecialRanges: never }).SpecialRanges
  expect(Object.keys(ranges).length).toBeGreaterThan(8)
  return Object.values(ranges)
    .flatMap((range) => (Array.isArray(range[0]) ? range : [range]) as Range[])
    .map(([address, prefix]) => `${address}/${prefix}`)
}

describe('an address', () => {
  it('is not public in any network of the special-purpose registries, at either end', () =>
    inTransaction(async (db) => {
      const networks =
        `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
        192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
        203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
        ::/128 ::1/128 ::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23
        2001::/32 2001:2::/48 2001:10::/28 2001:20::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7
        fe80::/10 fec0::/10 ff00::/8`.split(/\s+/)
      for (const network of networks)
        for (const address of ends(network)) expect([address, await isPublic(db, address)]).toEqual([address, false])
    }))

  it('is not public if a maintained library says that it is special', () =>
    inTransaction(async (db) => {
      for (const network of [ipaddr.IPv4, ipaddr.IPv6].flatMap(specialNetworks))
        for (const end of ends(network)) expect([end, await isPublic(db, end)]).toEqual([end, false])
    }))

  it('is public otherwise', () =>
    inTransaction(async (db) => {
      for (const address of ['93.184.216.34', '1.1.1.1', '168.63.129.17', '172.32.0.1', '192.0.1.1', '223.255.255.255'])
        expect([address, await isPublic(db, address)]).toEqual([address, true])
      for (const address of ['2606:2800:220:1::1', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888', '2620:fe::fe'])
        expect([address, await isPublic(db, address)]).toEqual([address, true])
    }))
})

describe('the URL of an endpoint', () => {
  const create = (db: Db, clinicId: string, url: string) =>
    db.one<{ id: string }>('select * from app_public.create_webhook_endpoint($1, $2)', [clinicId, url])

  async function refused(work: Promise<unknown>, reason: string) {
    const { detail } = await expectRefusal(work, 'webhook_url_refused')
    expect(JSON.parse(String(detail))).toEqual({ argument: 'url', reason })
  }

  it.each([
    ['https_required', 'http://hooks.clinic.de/x'],
    ['not_public', 'https://127.0.0.1/'],
    ['not_public', 'https://10.1.2.3:8443/hook'],
    ['not_public', 'https://169.254.169.254/latest/meta-data'],
    ['not_public', 'https://168.63.129.16'],
    ['not_public', 'https://198.18.0.1/'],
    ['not_public', 'https://[::1]/'],
    ['not_public', 'https://[::ffff:10.0.0.1]/'],
    ['not_public', 'https://[::10.0.0.1]/'],
    ['not_public', 'https://[64:ff9b::a9fe:a9fe]/'],
    ['not_public', 'https://[2002:7f00:1::]/'],
    ['not_public', 'https://[2001:0:4136:e378::]/'],
    ['not_public', 'https://[fec0::1]/'],
    ['not_public', 'https://localhost/'],
    ['not_public', 'https://LOCALHOST./'],
    ['not_public', 'https://metadata.google.internal/'],
    ['not_public', 'https://printer.local/'],
    ['not_public', 'https://intranet/'],
    ['not_understood', 'https://2130706433/'],
    ['not_understood', 'https://0x7f.0.0.1/'],
    ['not_understood', 'https://0177.0.0.1/'],
    ['not_understood', 'https://127.1/'],
    ['not_understood', 'https://1.2.3.256/'],
    ['not_understood', 'https://[127.0.0.1]/'],
    ['not_understood', 'https://[::1%25eth0]/'],
    ['not_understood', 'https://%31%32%37.0.0.1/'],
    ['not_understood', 'https://１２７.0.0.1/'],
    ['not_understood', 'https://user@hooks.clinic.de/'],
  ])('is refused in production as %s: %s', (reason, url) =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.query('select app_private.declare_production()')
      await refused(create(db, clinicId, url), reason)
      // Nor by changing one that was accepted.
      const { id } = await create(db, clinicId, 'https://hooks.clinic.de/a')
      await refused(db.query('update app_public.webhook_endpoints set url = $2 where id = $1', [id, url]), reason)
    }),
  )

  it.each([
    'https://hooks.clinic.de',
    'https://hooks.clinic.de:8443/path?x=1',
    'https://xn--mller-kva.de/hook',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://1e100.net/',
  ])('is accepted in production: %s', (url) =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.query('select app_private.declare_production()')
      expect((await create(db, clinicId, url)).id).toMatch(/^\d+$/)
    }),
  )

  it("is accepted on a developer's machine, and cannot be switched on again in production", () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { id } = await create(db, clinicId, 'http://127.0.0.1:8080/hook')
      await db.query('select app_private.declare_production()')
      const set = (isActive: boolean) =>
        db.query('update app_public.webhook_endpoints set is_active = $2 where id = $1', [id, isActive])
      await set(false)
      await refused(set(true), 'https_required')
    }))
})
