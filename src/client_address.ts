import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Whose X-Forwarded-For is believed: by address, and by how many of them stand between it and us. */
export type Trust = (address: string, hop: number) => boolean

/**
 * Reads the setting TRUST_PROXY: how many proxies stand in front (`1`), or their addresses and networks
 * (`10.0.0.0/8, ::1`). Throws an Error for what is neither.
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

/** The address a request comes from: the connection's, or the one that trusted proxies have it from. */
export function clientAddress({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, trust: Trust): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
  let address = plain(socket.remoteAddress ?? '')
  // From the last to the first: what stands further to the front anybody may have written.
  for (let hop = 0; forwarded.length > 0 && trust(address, hop); hop++) {
    const before = plain(forwarded.pop()?.trim() ?? '')
    if (isIP(before) === 0) break
    address = before
  }
  return address
}

/** An IPv4 address as a socket for both gives it. */
const plain = (address: string) => address.replace(/^::ffff:(?=[\d.]+$)/i, '')
