import type { Pool } from 'pg'
import { createPool, roleOf } from '../database/pools.ts'
import { globalNumber, withLoginOf } from '../database/several_databases.ts'
import type { Ledger, StoredEvent } from './ledger.ts'

/** Together less than the time that a provider waits for an answer. */
const connectMs = 2000
const patienceMs = 3000
const poolSize = 2

/**
 * The other databases of an installation with shards, as the global database knows them. Their own billing processes take up
 * what is stored there, so that one endpoint for webhooks at the provider serves all databases.
 */
export class OtherDatabases {
  readonly #ledger: Ledger
  readonly #databaseUrl: string
  readonly #ledgerOf: (pool: Pool) => Ledger
  readonly #pools = new Map<string, Pool>()

  /** `ledger` is that of the database that `databaseUrl` leads to; `ledgerOf` makes that of another one. */
  constructor(ledger: Ledger, databaseUrl: string, ledgerOf: (pool: Pool) => Ledger) {
    this.#ledger = ledger
    this.#databaseUrl = databaseUrl
    this.#ledgerOf = ledgerOf
  }

  /**
   * Passes an event to all databases that may have its object; each decides whether to store it. Throws the first error if a
   * database could not be reached; the others have stored the event.
   */
  async handOn(event: StoredEvent, ownId: string | undefined): Promise<void> {
    const addresses = await this.#ledger.databasesOfEvent(ownId)
    const stored = addresses.map((address) => this.#ledgerOf(this.#poolOf(address)).storeEvent(event, ownId))
    const failed = (await Promise.allSettled(stored)).find(({ status }) => status === 'rejected')
    if (failed) throw (failed as PromiseRejectedResult).reason
  }

  /** All databases by their numbers, if this is the global database of an installation with shards. */
  async ledgers(): Promise<Map<number, Ledger>> {
    const shards = await this.#ledger.otherDatabases()
    return new Map([
      [globalNumber, this.#ledger],
      ...shards.map(({ shardId, address }) => [shardId, this.#ledgerOf(this.#poolOf(address))] as const),
    ])
  }

  #poolOf(address: string): Pool {
    const url = withLoginOf(this.#databaseUrl, address)
    const options = { ...roleOf(url, 'app_billing'), statement_timeout: patienceMs }
    const pool =
      this.#pools.get(address) ?? createPool(url, { name: 'billing', size: poolSize, options, connectMs, patienceMs })
    this.#pools.set(address, pool)
    return pool
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()))
  }
}
