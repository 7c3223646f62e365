import { globalNumber } from '../database/several_databases.ts'

/**
 * The header that carries positions in write-ahead logs: sent with the response to a change, and sent back by the client with
 * its next requests, so that they see the change wherever they are served.
 */
export const positionHeader = 'medislot-position'

/** That of the own database, and those of shards with their numbers: 5173.1-2391.4-8722. */
const form = /^\d{1,15}(\.[1-9]\d{0,3}-\d{1,15}){0,50}$/

/** What a client has seen: for each database, a position up to which. */
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
   * The position that a read has to see of the database that the server is given. Undefined if only the primary may serve it:
   * when the header is not ours, and for what is copied there from shards.
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

  /** The header of a response after a change. */
  headerWith(position: number, database: number): string {
    const { [globalNumber]: own = 0, ...shards } = Object.fromEntries([...this.#byDatabase, [database, position]])
    return [own, ...Object.entries(shards).map((pair) => pair.join('-'))].join('.')
  }
}

/**
 * How a change reports its position: in an installation with copies, which are the replicas of the database that the server is
 * given, and with shards the copies in other databases.
 */
export function reportingTo(
  report: ((position: number, database: number) => void) | undefined,
  use: { shard: { number: number } } | undefined,
  copies: { replicaReads?: unknown; routing?: unknown },
): { reportPosition?: (position: number) => void } {
  if (!report || !(copies.routing || copies.replicaReads)) return {}
  return { reportPosition: (position) => report(position, use?.shard.number ?? globalNumber) }
}
