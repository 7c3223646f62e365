import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'

/**
 * A transaction of a request that several documents share: what they do is kept or undone together. Their statements
 * run one after another, those of mutations inside savepoints.
 */
export class OneTransaction {
  readonly #client: NodePostgresPgClient
  #last: Promise<unknown> = Promise.resolve()

  /** `client` is as requestClient() gives it, inside the transaction. */
  constructor(client: NodePostgresPgClient) {
    this.#client = client
  }

  /** Runs work with the transaction's client, after what was asked for before. */
  run<T>(work: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => work(this.#client))
    this.#last = result.catch(() => {})
    return result
  }
}

/** What work in a transaction came to, and whether it is kept. */
export interface Outcome<T> {
  result: T
  keep: boolean
}

/** Thrown to roll a transaction back that is not to be kept, and caught right behind it. */
export class Undone<T> extends Error {
  readonly result: T

  constructor(result: T) {
    super('the transaction is not to be kept')
    this.result = result
  }
}
