import { globalNumber } from '../database/several_databases.ts'

/**
 * The header that carries positions in write-ahead logs: sent with the response to a change, and sent back by the
 * client with its next requests, so that they see the change wherever they are served.
 */
export const positionHeader = 'medislot-position'

/**
 * The position in the server's own database, then the numbers of shards and the positions in them: 5173.1-2391.4-8722.
 */
const form = /^\d{1,15}(\.[1-9]\d{0,3}-\d{1,15}){0,50}$/

/** What a client has seen: a position in the log of each database. */
export class Positions {
  readonly #byDatabase: ReadonlyMap<number, number>
  readonly #isKnown: boolean

  /** `header` is that of the request, if it has one. */
  constructor(header?: string | string[] | undefined) {
    const text = String(header ?? '0')
    this.#isKnown = form.test(text)
    const [own, ...shards] = this.#isKnown ? text.split('.') : ['0']
    this.#byDatabase = new Map([
      [globalNumber, Number(own)],
      ...shards.map((part) => part.split('-').map(Number) as [number, number]),
    ])
  }

  /**
   * The position that a read in the database of the server has to see. Undefined if only the primary may serve the
   * read: when the header is not ours, and when changes in shards, which are copied to the primary first, have to be
   * seen.
   */
  get position(): number | undefined {
    return this.#isKnown && this.#byDatabase.size === 1 ? this.#byDatabase.get(globalNumber) : undefined
  }

  /** The position in one database; 0 if nothing was seen of it. */
  of(database: number): number {
    return this.#byDatabase.get(database) ?? 0
  }

  /** The databases of which something was seen. */
  get databases(): Iterable<number> {
    return this.#byDatabase.keys()
  }

  /** What a client has seen after a change. */
  after(position: number, database: number): Positions {
    return new Positions(this.headerWith(position, database))
  }

  /** The header of a response after a change. */
  headerWith(position: number, database: number): string {
    const { [globalNumber]: own = 0, ...shards } = Object.fromEntries([...this.#byDatabase, [database, position]])
    return [own, ...Object.entries(shards).map((pair) => pair.join('-'))].join('.')
  }
}

/**
 * How a change reports its position, in an installation with copies: replicas of the server's database or, with shards,
 * copies in other databases.
 */
export function reportingTo(
  report: ((position: number, database: number) => void) | undefined,
  use: { shard: { number: number } } | undefined,
  copies: { replicaReads?: unknown; routing?: unknown },
): { reportPosition?: (position: number) => void } {
  if (!report || !(copies.routing || copies.replicaReads)) return {}
  return { reportPosition: (position) => report(position, use?.shard.number ?? globalNumber) }
}
