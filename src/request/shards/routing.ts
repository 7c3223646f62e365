import type { Pool } from 'pg'
import { makePgAdaptorWithPgClient } from 'postgraphile/adaptors/pg'
import type { DocumentNode } from 'postgraphile/graphql'
import { clinicsOf, globalNumber, peopleOf } from '../../database/several_databases.ts'
import type { Shard, Shards } from '../../database/shards.ts'
import type { Deadline } from '../deadline.ts'
import type { Positions } from '../positions.ts'
import { inTransaction } from '../transaction.ts'
import { Arrivals } from './arrivals.ts'
import { Gathering } from './gathering.ts'
import { type GivenOperation, Places } from './places.ts'
import { type Caller, changeInShard, readInShard } from './read_in_shard.ts'
import { type ClinicsOfCaller, clinicNeeded } from './reads/clinics_of_caller.ts'
import type { Lacking } from './reads/lacking.ts'
import { ShardUse } from './shard_use.ts'
import { GlobalSharing, Sharing } from './sharing.ts'

/** Sends operations to the shards of an installation. */
export class Routing {
  readonly #shards: Shards
  readonly #global: Pool
  readonly #connect: ReturnType<typeof makePgAdaptorWithPgClient>
  readonly #places: Places
  readonly #clinicsOfCaller: ClinicsOfCaller
  /** The copies that a shard has, and those that the global database has of it. */
  readonly #arrivals = new WeakMap<Shard, Record<'people' | 'clinics', Arrivals>>()

  /** `global` leads to the global database, whose map `shards` follows. */
  constructor(shards: Shards, global: Pool, clinicsOfCaller: ClinicsOfCaller) {
    this.#shards = shards
    this.#global = global
    this.#connect = makePgAdaptorWithPgClient(global)
    this.#clinicsOfCaller = clinicsOfCaller
    this.#places = new Places(shards)
  }

  /**
   * The shard in which an operation runs; undefined for the global database, which also answers anonymous reads of the
   * catalogue, since the cache of answers follows the copies there. Throws Refusal `several_databases`.
   */
  shardOf(
    operation: GivenOperation,
    { isAnonymous, isOfCatalogue }: { isAnonymous: boolean; isOfCatalogue: () => boolean },
  ): Shard | undefined {
    const number = this.#places.of(operation, () => isOfCatalogue() || this.#isMerged(operation, isAnonymous))
    const shard = number === undefined ? undefined : this.#shards.all.get(number)
    return shard && isAnonymous && isOfCatalogue() ? undefined : shard
  }

  /**
   * The shards that an operation reads in addition to the global database, in which shardOf() lets it run, because it
   * lists rows that have no copies there. None for most operations, and none for anonymous callers, since each of their
   * requests would cause one in every shard.
   */
  shardsToMerge(operation: GivenOperation, isAnonymous: boolean): Shard[] {
    return this.#isMerged(operation, isAnonymous) ? this.shards : []
  }

  #isMerged = (operation: GivenOperation, isAnonymous: boolean) => !isAnonymous && this.#places.spansShards(operation)

  /** Finds the fields that the rows of the global database lack. */
  get lacking(): Lacking {
    return this.#clinicsOfCaller.lacking
  }

  /**
   * The document of an operation, in which lists are marked whose filters read what only the databases of their clinics
   * have.
   */
  marked({ document, variables }: GivenOperation): DocumentNode {
    return this.#clinicsOfCaller.ownRows.marked(document, variables)
  }

  get shards(): Shard[] {
    return [...this.#shards.all.values()]
  }

  /** The shard with a clinic; undefined for the global database. */
  shardOfClinic(id: string): Shard | undefined {
    return this.#shards.all.get(this.#shards.ofClinic(id) ?? globalNumber)
  }

  /** The databases that may have a row of a clinic, undefined for the global one. Several when clinics were moved. */
  shardsOfRow(id: string): (Shard | undefined)[] {
    return this.#shards.ofRow(id).map((number) => this.#shards.all.get(number))
  }

  /**
   * The shard with the checkout that an operation is about, when the id does not identify it because clinics were
   * moved: asks the shards that may have it, with the caller's rights. Undefined for the global database.
   */
  async shardOfCheckout(given: GivenOperation, operation: Caller): Promise<Shard | undefined> {
    const id = operation.claims.sub === undefined ? undefined : this.#places.checkoutOf(given)
    if (id === undefined) return undefined
    for (const shard of this.shardsOfRow(id)) {
      if (!shard) continue
      const found = await readInShard(
        this.use(shard, operation),
        operation,
        'select from billing.checkouts where id = $1',
        [id],
      )
      if (found.length > 0) return shard
    }
    return undefined
  }

  /**
   * The shard of a query that names no clinic and reads data that is not copied: the shard of the clinics where the
   * caller works. Undefined for the global database, which also merges lists. Throws Refusal `clinic_needed` when
   * several databases have the data.
   */
  async shardOfCaller(given: GivenOperation, { claims }: Caller): Promise<Shard | undefined> {
    const unplaced = this.#places.unplaced(given)
    return this.#shards.all.get(await this.#clinicsOfCaller.placeOf(unplaced, claims))
  }

  /**
   * Whether the database in which an operation runs, a shard or the global one, has all that it reads. If it has only a
   * part (`some`), the rest is read again everywhere. `elsewhere` is for queries for which that is not possible, but
   * which can run in the global database instead. Throws Refusal `clinic_needed` for others: the answer would be a part
   * that looks complete. What the global database lacks for queries is added to their answers.
   */
  async has(given: GivenOperation, shard: Shard | undefined, caller: Caller): Promise<'all' | 'some' | 'elsewhere'> {
    const { claims } = caller
    const placed = this.#places.placed(given, shard === undefined)
    if (!placed) return 'all'
    const { isWhole, lost } = await this.#clinicsOfCaller.sharesOf(placed, shard?.number ?? globalNumber, claims)
    if (lost.length > 0 && this.#places.isNamedInside(given)) return 'elsewhere'
    if (lost.length > 0) throw clinicNeeded(lost)
    if (isWhole || (!shard && placed.kind === 'query')) return 'all'
    // A change is not made when its answer could not be complete.
    if (placed.kind === 'mutation') await this.#requireAll(caller)
    return 'some'
  }

  /** Throws Refusal `shard_unavailable` if a shard does not answer. */
  async #requireAll(caller: Caller): Promise<void> {
    const ask = (shard: Shard) =>
      this.use(shard, caller).connect(null, async ({ rawClient }) => void (await rawClient.query('select')))
    await Promise.all(this.shards.map(ask))
  }

  /** The use of a shard by one operation. */
  use(shard: Shard, operation: Caller): ShardUse {
    return new ShardUse(shard, this.#global, operation, this.#sharingFrom(shard.number, operation))
  }

  /** What a change in the global database may need: shares of a checkout in shards. */
  sharing(operation: Caller): GlobalSharing {
    return new GlobalSharing(this.#sharingFrom(globalNumber, operation))
  }

  #sharingFrom(own: number, operation: Caller): Sharing {
    return new Sharing(this.#shards, own, (database, text, values) => {
      const shard = this.#shards.all.get(database)
      return shard
        ? changeInShard(this.use(shard, operation), operation, text, values)
        : this.#changeGlobally(operation, text, values)
    })
  }

  #changeGlobally({ claims, deadline }: Caller, text: string, values: string[]) {
    const settings = { claims, readOnly: false, ...(deadline && { deadline }) }
    return this.#connect(null, (connected) =>
      inTransaction(connected, settings, async (client) => {
        const { rows } = await client.query<Record<string, object>>({ text, values: values as never[] })
        return [...rows]
      }),
    )
  }

  /**
   * Waits until the database in which an operation runs, a shard or the global one, has the copies of what its caller
   * has changed in others. If that takes too long, the operation runs without them; it does not wait for a shard that
   * is down.
   */
  async arrived(at: Shard | undefined, seen: Positions | undefined, deadline: Deadline | undefined): Promise<void> {
    if (!seen) return
    if (at) return this.#arrivalsOf(at).people.until(seen.of(globalNumber), deadline)
    const shards = [...seen.databases].flatMap((number) => this.#shards.all.get(number) ?? [])
    const answering = shards.filter((shard) => shard.answers)
    await Promise.all(answering.map((shard) => this.#arrivalsOf(shard).clinics.until(seen.of(shard.number), deadline)))
  }

  #arrivalsOf(shard: Shard) {
    const known = this.#arrivals.get(shard) ?? {
      people: new Arrivals(shard.pool, peopleOf(shard.number)),
      clinics: new Arrivals(this.#global, clinicsOf(shard.number)),
    }
    this.#arrivals.set(shard, known)
    return known
  }

  /** What a read in the global database may gather from the shards. */
  gathering(operation: Caller): Gathering {
    return new Gathering(
      this.#shards,
      (number) => this.use(this.#shards.all.get(number) as Shard, operation),
      operation,
    )
  }
}
