import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { attemptMs, DeliveryError, type Transport } from './message.ts'

/**
 * Posts to clinics' own systems, signed. With `publicOnly` (production) only https and only public addresses: who may
 * enter a URL must not reach what is inside our network. Redirects are failures; any 2xx is success.
 */
export function webhookTransport({ publicOnly }: { publicOnly: boolean }): Transport {
  return {
    send: ({ recipient, body, secret, idempotencyKey }) =>
      new Promise((resolve, reject) => {
        const url = new URL(recipient)
        if (publicOnly && url.protocol !== 'https:') throw new DeliveryError('a webhook needs an https address')
        // An address that is no name is never looked up.
        const host = url.hostname.replace(/^\[|\]$/g, '')
        if (publicOnly && isIP(host) && isInternal(host)) throw new DeliveryError(`${host} is not a public address`)
        const request = (url.protocol === 'https:' ? https : http).request(
          url,
          {
            method: 'POST',
            ...(publicOnly ? { lookup: publicLookup } : {}),
            signal: AbortSignal.timeout(attemptMs),
            agent: false,
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
              'user-agent': 'medislot',
              'idempotency-key': idempotencyKey,
              'medislot-signature': signature(body, secret ?? '', Math.floor(Date.now() / 1000)),
            },
          },
          (response) => {
            response.resume()
            const { statusCode = 0 } = response
            if (statusCode >= 200 && statusCode < 300) resolve(undefined)
            else reject(new DeliveryError(`the webhook answered ${statusCode}`, statusCode))
          },
        )
        request.on('error', reject)
        request.end(body)
      }),
  }
}

/**
 * The header that proves a webhook is ours and when it was sent: `t=<seconds since 1970>,v1=<hex>`, where the hex is
 * HMAC-SHA256 of `<t>.<body>` under the endpoint's secret. Receivers refuse a `t` that is minutes old.
 */
export function signature(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

const internal = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  internal.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  internal.addSubnet(net, prefix, 'ipv6')

/** Whether an address is inside somebody's network. An IPv4 one in IPv6's clothes is what it is. */
export function isInternal(address: string): boolean {
  return internal.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

// Checked on the address that is then connected to, so that a name cannot change its mind in between.
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), '', 0)
    if (addresses.some(({ address }) => isInternal(address))) {
      return callback(new DeliveryError(`${hostname} is not a public address`), '', 0)
    }
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
