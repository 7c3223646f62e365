import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { RequestError, StripeApi } from './stripe_api.ts'
import { type Json, StripeWebhooks } from './stripe_webhooks.ts'

/** What goes wrong with a call to the API. `after` means that the call takes effect all the same. */
export type Fault = 'error_500' | 'error_500_after' | 'timeout' | 'timeout_after' | 'closed' | 'closed_after'

/** A call that arrived: the method and path, the idempotency key, the parameters. */
export interface ArrivedCall {
  call: string
  key: string | undefined
  account: string | undefined
  parameters: Json
  replayed: boolean
}

/** A small server on loopback that answers the calls of Stripe's SDK for Checkout and refunds as Stripe does. */
export interface FakeStripe {
  /** Its address for the setting STRIPE_API_URL. */
  url: string
  key: string
  webhookSecret: string
  /** The calls that arrived, in order. */
  calls: ArrivedCall[]
  api: StripeApi
  webhooks: StripeWebhooks
  /**
   * Makes the next call whose `METHOD /path` matches fail in this way. May be called several times, for several calls.
   */
  failNext(call: RegExp, fault: Fault): void
  /** Removes the faults that were requested by failNext() and have not occurred yet. */
  endFaults(): void
  /**
   * Pays an open session as a patient does on the hosted page. Returns the address to which the browser is redirected.
   */
  pay(sessionId: string): Promise<string>
  /** Ends the pending timeouts and stops listening. */
  stop(): Promise<void>
}

const token = (prefix: string) => `${prefix}_${randomBytes(24).toString('hex')}`

/** Starts a Stripe without webhooks. Set `webhooks.url` to have events delivered. Call stop() when done. */
export async function startStripe(): Promise<FakeStripe> {
  const key = token('sk_test')
  const webhookSecret = token('whsec')
  const app = express()
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const webhooks = new StripeWebhooks(webhookSecret)
  const api = new StripeApi(url, webhooks)
  const calls: ArrivedCall[] = []
  const faults: { call: RegExp; fault: Fault }[] = []
  const hanging = new Set<Response>()

  const authenticate: RequestHandler = (request, _response, next) => {
    if (request.get('authorization') !== `Bearer ${key}`)
      throw new RequestError(401, 'invalid_request_error', 'Invalid API Key provided')
    next()
  }

  /** Does not respond: the client waits until its own timeout, or sees the connection closed. */
  function withhold(response: Response, fault: Fault): void {
    if (fault.startsWith('closed')) response.socket?.destroy()
    else hanging.add(response)
  }

  const answer: RequestHandler = (request, response) => {
    const call = `${request.method} ${request.path}`
    const account = request.get('stripe-account')
    const idempotencyKey = request.get('idempotency-key')
    const parameters: Json = request.method === 'POST' ? (request.body ?? {}) : request.query
    const arrived = { call, key: idempotencyKey, account, parameters, replayed: false }
    calls.push(arrived)
    const at = faults.findIndex((each) => each.call.test(call))
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault
    if (fault && !fault.endsWith('_after') && fault !== 'error_500') return withhold(response, fault)
    const { status, body, replayed } = api.answer({ ...arrived, fails: fault === 'error_500' })
    arrived.replayed = replayed
    if (fault === 'error_500_after') {
      api.remember({ ...arrived }, 500)
      return send(response, 500, api.internalError())
    }
    if (fault?.endsWith('_after')) return withhold(response, fault)
    if (replayed) response.set('idempotent-replayed', 'true')
    send(response, status, body)
  }

  app.get('/pay/:id', (request: Request<{ id: string }>, response) => {
    response
      .type('html')
      .send(`<form method="post"><button>Pay ${api.session(request.params.id).amount_total}</button></form>`)
  })
  app.post('/pay/:id', async (request: Request<{ id: string }>, response) => {
    response.redirect(303, await pay(request.params.id))
  })
  app.use('/v1', authenticate, express.urlencoded({ extended: true }))
  app.all('/v1/*path', answer)
  app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    if (error instanceof RequestError) send(response, error.status, error.body)
    else send(response, 500, { error: { type: 'api_error', message: String(error) } })
  })

  function send(response: Response, status: number, body: Json): void {
    response.set({ 'request-id': `req_${randomBytes(7).toString('hex')}` })
    // As Stripe does, since its store of idempotency keys would give the same response again.
    if (status >= 500) response.set('stripe-should-retry', 'false')
    response.status(status).json(body)
  }

  async function pay(sessionId: string): Promise<string> {
    const session = api.pay(sessionId)
    await webhooks.settled()
    return String(session.success_url).replace('{CHECKOUT_SESSION_ID}', sessionId)
  }

  return {
    url,
    key,
    webhookSecret,
    calls,
    api,
    webhooks,
    failNext: (call, fault) => void faults.push({ call, fault }),
    endFaults: () => void faults.splice(0),
    pay,
    async stop() {
      for (const response of hanging) response.socket?.destroy()
      await webhooks.settled()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
