import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { begin, cancelWhenGivenUp, firstError, requestClient, type TransactionSettings } from './request_transaction.ts'

interface OpenTransaction {
  client: NodePostgresPgClient
  begun: Promise<unknown>
  /** Ends the cancelling of its statements, if that has begun. */
  stopCancelling: () => Promise<void>
  /** Gives the connection back to the pool. */
  release: () => void
}

/**
 * The transaction that the statements of one query share. PostGraphile gives each its own, on a connection of its own,
 * with its own begin_request, and each sees another moment. Here they run one after another; after one that fails the
 * next begins a new transaction, so that an error stays with its own field. Connects when first needed.
 */
export class SharedReads {
  #last: Promise<unknown> = Promise.resolve()
  #open: OpenTransaction | undefined

  /** Runs work with the transaction's client, after what was asked for before. */
  run<T>(
    connect: WithPgClient<NodePostgresPgClient>,
    settings: TransactionSettings,
    work: (client: NodePostgresPgClient) => T | Promise<T>,
  ): Promise<T> {
    const result = this.#last.then(async () => {
      this.#open ??= await open(connect, settings)
      const { client, begun } = this.#open
      try {
        return await work(client)
      } catch (error) {
        const cause = await firstError(begun, error)
        await this.#close('rollback')
        throw cause
      }
    })
    this.#last = result.catch(() => {})
    return result
  }

  /** Ends the transaction. Nothing may run after it. Never throws: what only read has nothing to lose. */
  async end(): Promise<void> {
    await this.#last
    await this.#close('commit')
  }

  async #close(how: 'commit' | 'rollback'): Promise<void> {
    if (!this.#open) return
    const { client, stopCancelling, release } = this.#open
    this.#open = undefined
    await stopCancelling()
    await client.rawClient.query(how).catch(() => {})
    release()
  }
}

/** Keeps a connection for longer than the one callback that the adaptor lends it to. */
function open(connect: WithPgClient<NodePostgresPgClient>, settings: TransactionSettings): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    // Async: PostGraphile's adaptor keeps a connection for good whose work throws at once.
    connect(null, async (client) => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const begun = begin(client.rawClient, settings)
      const stopCancelling = cancelWhenGivenUp(client.rawClient, settings)
      resolve({ client: requestClient(client, begun, settings), begun, stopCancelling, release })
      return released
    }).catch(reject)
  })
}
