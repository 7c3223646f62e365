import { Stripe } from 'stripe'

// biome-ignore lint/suspicious/noExplicitAny: objects of an API, as they are in JSON
export type Json = Record<string, any>

/** An event that was sent, or attempted, and the status of the response (0 when nobody answered). */
export interface Delivery {
  id: string
  type: string
  status: number
}

/**
 * Sends signed events to one address, in the order in which they happened unless a switch says otherwise. A delivery that is
 * not answered with 2xx is kept: Stripe sends it again for three days, the tests when they call sendAgain().
 */
export class StripeWebhooks {
  /** Where events are sent; undefined: nowhere, as if no endpoint was registered. */
  url: string | undefined
  /** Further endpoints, which get the same events at once. */
  readonly others: string[] = []
  /** `lose`: not sent at all. `hold`: kept until release(). `twice`: each one sent two times, at the same moment. */
  mode: 'send' | 'lose' | 'hold' | 'twice' = 'send'
  readonly deliveries: Delivery[] = []
  readonly #secret: string
  readonly #held: Json[] = []
  readonly #unanswered: Json[] = []
  readonly #pending = new Set<Promise<unknown>>()

  constructor(secret: string) {
    this.#secret = secret
  }

  announce(event: Json): void {
    if (this.mode === 'lose' || this.url === undefined) return
    if (this.mode === 'hold') return void this.#held.push(event)
    for (let times = this.mode === 'twice' ? 2 : 1; times > 0; times--)
      for (const url of [this.url, ...this.others]) this.#start(event, url)
  }

  /** Sends the events that were held back one after another, in order or reversed. */
  async release({ reversed = false } = {}): Promise<Delivery[]> {
    const events = this.#held.splice(0)
    const sent: Delivery[] = []
    for (const event of reversed ? events.toReversed() : events) sent.push(await this.#send(event))
    return sent
  }

  /** Sends again what was not answered with 2xx. */
  async sendAgain(): Promise<Delivery[]> {
    const sent: Delivery[] = []
    for (const event of this.#unanswered.splice(0)) sent.push(await this.#send(event))
    return sent
  }

  /** A forged event: signed with another secret, or changed after it was signed. */
  forge(event: Json, how: 'secret' | 'content'): Promise<Delivery> {
    const payload = JSON.stringify(event)
    const header = sign(payload, how === 'secret' ? `${this.#secret}x` : this.#secret)
    return this.#deliver(event, how === 'content' ? `${payload} ` : payload, header)
  }

  /** A delivery that somebody recorded some seconds ago and sends again. */
  replay(event: Json, secondsAgo: number): Promise<Delivery> {
    const payload = JSON.stringify(event)
    return this.#deliver(event, payload, sign(payload, this.#secret, Math.floor(Date.now() / 1000) - secondsAgo))
  }

  /** Waits until all deliveries are over. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  #start(event: Json, url: string): void {
    const sending = this.#send(event, url).finally(() => this.#pending.delete(sending))
    this.#pending.add(sending)
  }

  async #send(event: Json, url = this.url): Promise<Delivery> {
    const payload = JSON.stringify(event)
    const delivery = await this.#deliver(event, payload, sign(payload, this.#secret), url)
    if (delivery.status < 200 || delivery.status >= 300) this.#unanswered.push(event)
    return delivery
  }

  async #deliver(event: Json, body: string, signature: string, url = this.url): Promise<Delivery> {
    const delivery: Delivery = { id: event.id, type: event.type, status: 0 }
    this.deliveries.push(delivery)
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature }
    try {
      const response = await fetch(String(url), { method: 'POST', headers, body })
      delivery.status = response.status
      await response.arrayBuffer()
    } catch {
      // Nobody listens, or the connection was lost: the status stays 0.
    }
    return delivery
  }
}

const sign = (payload: string, secret: string, timestamp?: number): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp !== undefined && { timestamp }) })
