import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'

/** A transaction in which the documents and statements of one request run, one after another. */
export interface RequestTransaction {
  /** Whether it is a transaction of a shard. Everything that runs in it is then answered there. */
  readonly isInShard?: boolean
  /**
   * Runs work with the transaction's client, after the work that was requested before. `isLast`: it is a single statement, and
   * nothing runs after it. In a transaction that only reads, COMMIT is then sent with it.
   */
  run<T>(work: (client: NodePostgresPgClient) => T | Promise<T>, isLast?: boolean): Promise<T>
}

/**
 * A transaction that several documents of one request share: all of them commit, or none. Their statements run one after
 * another, those of mutations inside savepoints.
 */
export class SharedTransaction implements RequestTransaction {
  readonly #client: NodePostgresPgClient
  #last: Promise<unknown> = Promise.resolve()

  /** `client` is the one that requestClient() gives inside the transaction. */
  constructor(client: NodePostgresPgClient) {
    this.#client = client
  }

  run<T>(work: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    const result = this.#last.then(() => work(this.#client))
    this.#last = result.catch(() => {})
    return result
  }
}

/** The result of work in a transaction, and whether to commit it. */
export interface Outcome<T> {
  result: T
  commit: boolean
}

/** Thrown inside a transaction to roll it back, and caught right outside. */
export class RollbackSignal<T> extends Error {
  readonly result: T

  constructor(result: T) {
    super('the transaction is not to be kept')
    this.result = result
  }
}
