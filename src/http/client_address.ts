import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Trust } from '../process/trusted_proxies.ts'

/** The client's address: the connection's, or the one that trusted proxies report. */
export function clientAddress({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, trust: Trust): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
  let address = plain(socket.remoteAddress ?? '')
  // From the last entry to the first: each proxy appends one, and a client can send any entries before those.
  for (let hop = 0; forwarded.length > 0 && trust(address, hop); hop++) {
    const before = plain(forwarded.pop()?.trim() ?? '')
    if (isIP(before) === 0) break
    address = before
  }
  return address
}

/** An IPv4 address as a socket for both gives it. */
const plain = (address: string) => address.replace(/^::ffff:(?=[\d.]+$)/i, '')
