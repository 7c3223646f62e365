import { createHmac } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import { type ArePublic, NotPublicError, publicLookup, requirePublic } from '../../http/public_addresses.ts'
import { attemptMs, DeliveryError, type Transport } from './message.ts'

/** The error code for a URL with a private address; app_private.record_webhook_deliveries then switches the endpoint off. */
const notPublic = 'not_public'

/**
 * Sends signed POST requests to clinics' own systems. With `arePublic` (production) only to public addresses and by https:
 * people who may enter a URL must not reach our internal network. Redirects are failures; any 2xx is success.
 */
export function webhookTransport({ arePublic }: { arePublic?: ArePublic }): Transport {
  return {
    async send({ recipient, body, secret, idempotencyKey }) {
      const url = new URL(recipient)
      if (arePublic) await requirePublic(url, arePublic).catch(asDeliveryError)
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
        request.on('error', (error) => asDeliveryError(error).catch(reject))
        request.end(body)
      })
    },
  }
}

/**
 * The header that proves that a webhook is ours, and when it was sent: `t=<seconds since 1970>,v1=<hex>`, where the hex is the
 * HMAC-SHA256 of `<t>.<body>` with the endpoint's secret. Receivers should refuse a `t` that is minutes old.
 */
export function signature(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

/** Rejects with the error; a private address has its code. */
async function asDeliveryError(error: Error): Promise<never> {
  throw error instanceof NotPublicError ? new DeliveryError(error.message, notPublic) : error
}
