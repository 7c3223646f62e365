import type { Pool, QueryResultRow } from 'pg'

/** A call to a provider that the database has queued. Ids and amounts are texts, as in JSON. */
export interface ProviderCall {
  id: string
  provider: string
  kind: 'create_session' | 'expire_session' | 'refund'
  idempotencyKey: string
  payload: Record<string, unknown>
}

/** A stored webhook: which object of the provider has changed. */
export interface StoredEvent {
  provider: string
  eventId: string
  type: string
  objectId: string
  account: string | undefined
}

/** A checkout as the database describes it to a payment page. */
export interface CheckoutDetails {
  checkoutId: string
  account: string | null
  amount: string
  currency: string
  exponent: number
  clinicName: string
  language: string
  expiresAt: string
  state: 'open' | 'paid' | 'expired' | 'failed'
  sessionId: string
}

export type PageState = CheckoutDetails['state']

/** How the checkout of a share has ended, and what was received for the share. */
export interface EndedShare {
  shareId: string
  state: 'paid' | 'expired' | 'failed'
  received: string | null
  providerPayment: string | null
}

/** A share in another database, to which the end of its checkout is reported. */
export interface ShareToReport extends EndedShare {
  checkoutId: string
  shardId: number
}

/** An open share whose checkout has not been reported on. */
export interface OpenShare {
  checkoutId: string
  customerId: string
  currency: string
}

export type CallOutcome = 'done' | 'failed' | 'retry' | 'unknown'

/**
 * The number of rows that one claim takes. Their calls run at the same time, within the minute for which the rows are
 * claimed.
 */
const batch = 10

/**
 * Everything that the login app_billing may do in the database: call the functions of billing_private that are granted
 * to it. It reads no table.
 */
export class Ledger {
  readonly #pool: Pool
  readonly #providers: readonly string[]

  /** `providers`: whose calls and events this process handles. */
  constructor(pool: Pool, providers: readonly string[]) {
    this.#pool = pool
    this.#providers = providers
  }

  claimCalls(): Promise<ProviderCall[]> {
    return this.#rows(
      `select id::text, provider, kind, idempotency_key as "idempotencyKey", payload
       from billing_private.claim_provider_calls($1, $2)`,
      [this.#providers, batch],
    )
  }

  /** Reports how a claimed call ended. A repeated report changes nothing. */
  async recordCall(id: string, outcome: CallOutcome, reply: Record<string, unknown>, error?: string): Promise<void> {
    await this.#rows('select billing_private.record_provider_call($1, $2, $3, $4)', [id, outcome, reply, error])
  }

  /**
   * Stores an event once. Returns whether it is new; null for one about a checkout or refund of another database, by
   * `ownId`, which is not stored.
   */
  storeEvent(
    { provider, eventId, type, objectId, account }: StoredEvent,
    ownId: string | undefined,
  ): Promise<boolean | null> {
    const values = [provider, eventId, type, objectId, account, ownId]
    return this.#value('select billing_private.store_provider_event($1, $2, $3, $4, $5, $6) as value', values)
  }

  /** The addresses of other databases that may have the checkout or refund of an event; any of them without `ownId`. */
  async databasesOfEvent(ownId: string | undefined): Promise<string[]> {
    const rows = await this.#rows<{ address: string }>(
      'select address from billing_private.databases_of_event($1) address',
      [ownId],
    )
    return rows.map(({ address }) => address)
  }

  claimEvents(): Promise<StoredEvent[]> {
    return this.#rows(
      `select provider, event_id as "eventId", type, object_id as "objectId", account
       from billing_private.claim_provider_events($1, $2)`,
      [this.#providers, batch],
    )
  }

  /** An event with an error is claimed again later. */
  async finishEvent({ provider, eventId }: StoredEvent, error?: string): Promise<void> {
    await this.#rows('select billing_private.finish_provider_event($1, $2, $3)', [provider, eventId, error])
  }

  /** Records that a session was paid; the visits are booked in the same transaction. May be repeated. */
  settleCheckout(
    provider: string,
    { sessionId, payment, amount, currency }: { sessionId: string; payment: string; amount: bigint; currency: string },
  ): Promise<string> {
    const values = [provider, sessionId, payment, amount, currency]
    return this.#value('select billing_private.settle_checkout($1, $2, $3, $4, $5) as value', values)
  }

  /** Records that a session ended without a payment. May be repeated, and never undoes a payment. */
  endCheckout(provider: string, sessionId: string): Promise<string> {
    return this.#value(`select billing_private.end_checkout($1, $2, 'expired') as value`, [provider, sessionId])
  }

  /** Null when there is no such refund. May be repeated. */
  settleRefund(provider: string, refund: string, state: 'succeeded' | 'failed'): Promise<string | null> {
    return this.#value('select billing_private.settle_refund($1, $2, $3) as value', [provider, refund, state])
  }

  checkoutsToReconcile(): Promise<{ provider: string; sessionId: string; account: string | null }[]> {
    return this.#rows(
      `select provider, session_id as "sessionId", account from billing_private.checkouts_to_reconcile($1)`,
      [this.#providers],
    )
  }

  refundsToReconcile(): Promise<{ provider: string; refund: string; account: string | null }[]> {
    return this.#rows(`select provider, refund_id as refund, account from billing_private.refunds_to_reconcile($1)`, [
      this.#providers,
    ])
  }

  checkoutOf(provider: string, sessionId: string): Promise<CheckoutDetails | null> {
    return this.#value('select billing_private.checkout_of_session($1, $2) as value', [provider, sessionId])
  }

  /** The shards of an installation, in the global database. */
  otherDatabases(): Promise<{ shardId: number; address: string }[]> {
    return this.#rows('select shard_id as "shardId", address from billing_private.other_databases()', [])
  }

  /**
   * The ended checkouts to report to the databases of their shares; each again in ten seconds, until its report is
   * recorded.
   */
  sharesToReport(): Promise<ShareToReport[]> {
    return this.#rows(
      `select checkout_id as "checkoutId", shard_id as "shardId", share_id as "shareId", state, received,
         provider_payment as "providerPayment"
       from billing_private.shares_to_report()`,
      [],
    )
  }

  /** Records that a database has stored a report, and the outcome of the share there. May be repeated. */
  async noteShareRecorded({ checkoutId, shardId, shareId, state }: ShareToReport, outcome: string | null) {
    const values = [checkoutId, shardId, shareId, state, outcome]
    await this.#rows('select billing_private.note_share_recorded($1, $2, $3, $4, $5)', values)
  }

  /**
   * Records how the checkout of a share has ended. Returns the outcome of a paid one; null as long as the share itself
   * has to be passed on. May be repeated.
   */
  settleShare({ shareId, state, received, providerPayment }: EndedShare): Promise<string | null> {
    const values = [shareId, state, received, providerPayment]
    return this.#value('select billing_private.settle_share($1, $2, $3, $4) as value', values)
  }

  /** Open shares whose checkout was not reported on for a minute. */
  sharesToAsk(): Promise<OpenShare[]> {
    return this.#rows(
      `select checkout_id as "checkoutId", customer_id as "customerId", currency from billing_private.shares_to_ask()`,
      [],
    )
  }

  /** The state of the checkout of an open share. One that was never begun cannot be begun any more. */
  stateForShare({ checkoutId, customerId, currency }: OpenShare): Promise<PageState> {
    const values = [checkoutId, customerId, currency]
    return this.#value('select billing_private.state_for_share($1, $2, $3) as value', values)
  }

  /** What is waiting, since when, and what was given up. */
  figures(): Promise<{ provider: string; what: string; waiting: string; lateSeconds: string; givenUp: string }[]> {
    return this.#rows(
      `select provider, what, waiting, late_seconds as "lateSeconds", given_up as "givenUp"
       from billing_private.provider_figures()`,
      [],
    )
  }

  async #rows<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, values)).rows
  }

  async #value<Value>(text: string, values: unknown[]): Promise<Value> {
    const [row] = await this.#rows<{ value: Value }>(text, values)
    return row?.value as Value
  }
}
