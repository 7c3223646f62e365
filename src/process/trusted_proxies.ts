import { BlockList, isIP } from 'node:net'

/** Whether to trust the X-Forwarded-For of a proxy, by its address and by the number of proxies between it and this server. */
export type Trust = (address: string, hop: number) => boolean

/**
 * Parses the setting TRUST_PROXY: the number of proxies in front (`1`), or their addresses and networks
 * (`10.0.0.0/8, ::1`). Throws an Error for anything else.
 */
export function trustOf(setting: string | undefined): Trust {
  if (setting === undefined) return () => false
  if (/^\d$/.test(setting)) return (_address, hop) => hop < Number(setting)
  const proxies = new BlockList()
  for (const entry of setting.split(',').map((part) => part.trim())) {
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    if (!version || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= most))) {
      throw new Error(`must be a number of proxies or their addresses, such as 10.0.0.0/8, not "${setting}"`)
    }
    proxies.addSubnet(address, Number(bits ?? most), `ipv${version as 4 | 6}`)
  }
  return (address) => isIP(address) > 0 && proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
