import type { PoolClient } from 'pg'
import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { listenForAsked } from '../../database/global_part.ts'
import type { Shards } from '../../database/shards.ts'
import { log } from '../../process/log.ts'
import { Refusal } from '../refusal.ts'
import type { Recorded } from '../tokens.ts'

type Connect = WithPgClient<NodePostgresPgClient>

/** The task of what a database asks for: sql/billing/shares/shares_of_checkout.sql. */
const sharesTask = 'share_checkout'

/** What is paid at a clinic. */
interface Item {
  clinicId: string
}

/** What a database asks the others to hold for a checkout. */
interface Asked {
  checkoutId: string
  visits: Item[]
  invoices: Item[]
}

/** Runs a statement that changes something in a database, in the name of the caller. */
export type Change = (database: number, text: string, values: string[]) => Promise<Record<string, object>[]>

/**
 * The shares of a checkout that pays clinics in several databases. Each of the others makes its share first, in a
 * transaction of its own, and then the checkout is begun. If that fails, the billing process of the global database
 * frees what they hold.
 */
export class Sharing {
  readonly #shards: Shards
  readonly #own: number
  readonly #change: Change
  #checkoutId: string | undefined
  readonly #made: number[] = []

  /** `own` is the number of the database in which the checkout is begun. */
  constructor(shards: Shards, own: number, change: Change) {
    this.#shards = shards
    this.#own = own
    this.#change = change
  }

  /** Makes the shares, and gives what the database gets to know of them. Throws what one of the databases refuses. */
  async make(given: object): Promise<Recorded> {
    const asked = given as Asked
    this.#checkoutId = asked.checkoutId
    const shares: object[] = []
    for (const [database, items] of this.#byDatabase(asked)) {
      this.#made.push(database)
      const text = 'select app_hidden.begin_share($1) as share'
      const [row] = await this.#change(database, text, [JSON.stringify({ ...asked, ...items })])
      shares.push({ shardId: database, ...row?.share })
    }
    return { [sharesTask]: { checkoutId: asked.checkoutId, shares } }
  }

  /** What is paid in each database. Throws Refusal `clinic_not_found`, `clinic_moving`. */
  #byDatabase({ visits, invoices }: Asked) {
    const groups = new Map<number, { visits: Item[]; invoices: Item[] }>()
    const groupOf = ({ clinicId }: Item) => {
      const database = this.#shards.ofClinic(clinicId)
      if (database === undefined) throw new Refusal('clinic_not_found', '', { clinicId })
      // Its database says that it is elsewhere.
      if (database === this.#own) throw new Refusal('clinic_moving', '', { clinicId })
      const group = groups.get(database) ?? { visits: [], invoices: [] }
      groups.set(database, group)
      return group
    }
    for (const item of visits) groupOf(item).visits.push(item)
    for (const item of invoices) groupOf(item).invoices.push(item)
    return groups
  }

  /**
   * To be called when the checkout was not begun, or may not have been. Its own database knows whether it was begun;
   * the databases with shares then ask it soon, and not only after a minute.
   */
  abandon(): void {
    const id = this.#checkoutId
    if (id === undefined) return
    for (const database of this.#made.splice(0))
      this.#change(database, 'select app_hidden.abandon_share($1)', [id]).catch((err) =>
        log.warn({ err, database, checkout: id }, 'a share could not be abandoned and is asked about later'),
      )
  }
}

/**
 * Thrown so that the connection is returned to its pool while the other databases make their shares. If requests kept a
 * connection while they wait for one to another database, two pools could wait for each other.
 */
class SharesNeeded extends Error {
  readonly asked: object

  constructor(asked: object) {
    super('other databases have to make their shares first')
    this.asked = asked
  }
}

/** The error to throw for what a database has asked for, if it is shares; undefined for everything else. */
export const sharesNeeded = (part: { task: string; asked: object } | undefined, recorded: Recorded | undefined) =>
  part?.task === sharesTask && !recorded?.[sharesTask] ? new SharesNeeded(part.asked) : undefined

/**
 * Runs a transaction, and once more when it needs shares and they are made; `note` gets to know of them before that.
 * Abandons them when the transaction fails.
 */
export async function withShares<T>(
  sharing: Sharing,
  run: () => Promise<T>,
  note: (recorded: Recorded) => void,
): Promise<T> {
  try {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof SharesNeeded)) throw error
      note(await sharing.make(error.asked))
    }
    return await run()
  } catch (error) {
    sharing.abandon()
    throw error
  }
}

/** A transaction in the global database that may need shares. */
export class GlobalSharing {
  readonly #sharing: Sharing
  #recorded: Recorded | undefined

  constructor(sharing: Sharing) {
    this.#sharing = sharing
  }

  /** What other databases have recorded for the transaction that begins. */
  get recorded(): Recorded | undefined {
    return this.#recorded
  }

  /** Connects by `connect`, and runs the work again when it needs shares and they are made. */
  through(connect: Connect): Connect {
    return (settings, work) => {
      const run = () => connect(settings, (client) => this.#run(client, work))
      return withShares(this.#sharing, run, (recorded) => {
        this.#recorded = recorded
      }).finally(() => {
        this.#recorded = undefined
      })
    }
  }

  async #run<T>(client: NodePostgresPgClient, work: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    using asked = listenForAsked(client.rawClient as PoolClient)
    try {
      return await work(client)
    } catch (error) {
      throw sharesNeeded(asked.take(), this.#recorded) ?? error
    }
  }
}
