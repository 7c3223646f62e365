import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { attemptMs, DeliveryError, type Transport } from './message.ts'

/** Whether all of some addresses are of the public internet (app_private.is_public_address). */
export type ArePublic = (addresses: string[]) => Promise<boolean>

/** The code of a URL that leads inside a network, by which app_private.record_webhook_deliveries switches its endpoint off. */
const notPublic = 'not_public'

/**
 * Posts to clinics' own systems, signed. With `arePublic` (production) only https and only public addresses: those who may
 * enter a URL must not reach what is inside our network. Redirects are failures; any 2xx is success.
 */
export function webhookTransport({ arePublic }: { arePublic?: ArePublic }): Transport {
  async function requirePublic(url: URL): Promise<void> {
    if (!arePublic) return
    if (url.protocol !== 'https:') throw new DeliveryError('a webhook needs an https address', notPublic)
    // An address that is not a name is never looked up.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) && !(await arePublic([host]))) throw new DeliveryError(`${host} is not a public address`, notPublic)
  }

  return {
    async send({ recipient, body, secret, idempotencyKey }) {
      const url = new URL(recipient)
      await requirePublic(url)
      return new Promise((resolve, reject) => {
        const request = (url.protocol === 'https:' ? https : http).request(
          url,
          {
            method: 'POST',
            ...(arePublic ? { lookup: publicLookup(arePublic) } : {}),
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
      })
    },
  }
}

/**
 * The header that proves a webhook is ours and when it was sent: `t=<seconds since 1970>,v1=<hex>`, where the hex is
 * HMAC-SHA256 of `<t>.<body>` under the endpoint's secret. Receivers refuse a `t` that is minutes old.
 */
export function signature(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

/** Looks a name up. What is judged are the addresses that are then connected to, so that a name cannot change in between. */
const publicLookup =
  (arePublic: ArePublic): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), '', 0)
      arePublic(addresses.map(({ address }) => address)).then(
        (are) => {
          if (!are) callback(new DeliveryError(`${hostname} is not a public address`, notPublic), '', 0)
          else if (options.all) callback(null, addresses)
          else callback(null, first.address, first.family)
        },
        (failure) => callback(failure, '', 0),
      )
    })
  }
