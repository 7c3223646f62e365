import twilio from 'twilio'
import type TwilioClient from 'twilio/lib/base/RequestClient.js'
import { attemptMs, DeliveryError, type Transport } from './message.ts'

const { RequestClient } = twilio

/** The Twilio account and the sender. */
export interface TwilioSettings {
  accountSid: string
  authToken: string
  /** A telephone number, or the sid of a messaging service (MG…). */
  from: string
  /** Instead of https://api.twilio.com. */
  apiUrl?: string | undefined
}

/** Sends by Twilio's API. */
export function smsTransport({ accountSid, authToken, from, apiUrl }: TwilioSettings): Transport {
  return {
    async send({ recipient, body, idempotencyKey }) {
      // A client per message, which is no connection, to pass the idempotency key, for which the SDK has no argument.
      const httpClient = new Client(apiUrl, idempotencyKey)
      try {
        const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from }
        const sent = await twilio(accountSid, authToken, { httpClient }).messages.create({
          to: recipient,
          body,
          ...sender,
        })
        return sent.sid
      } catch (error) {
        const { message, status } = error as Error & { status?: number }
        throw new DeliveryError(message, status, { cause: error })
      }
    },
  }
}

class Client extends RequestClient {
  readonly #apiUrl: string | undefined
  readonly #key: string

  constructor(apiUrl: string | undefined, key: string) {
    super({ timeout: attemptMs, keepAlive: false })
    this.#apiUrl = apiUrl
    this.#key = key
  }

  override request<TData>(options: TwilioClient.RequestOptions<TData>) {
    const uri = this.#apiUrl
      ? options.uri.replace('https://api.twilio.com', this.#apiUrl.replace(/\/$/, ''))
      : options.uri
    return super.request<TData>({
      ...options,
      uri,
      headers: { ...options.headers, 'I-Twilio-Idempotency-Token': this.#key },
    })
  }
}
