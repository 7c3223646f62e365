import type { Pool } from 'pg'
import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import { makePgAdaptorWithPgClient, type NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import type { Replica, Replicas } from '../database/replicas.ts'
import type { Settings } from '../process/settings.ts'
import { AbortedError } from './deadline.ts'
import type { Claims } from './tokens.ts'

type Connect = WithPgClient<NodePostgresPgClient>

/** The replica on which a query reads. */
export interface ReplicaRead {
  connect: Connect
  /** The caller as the primary knows them; the replica must know the same. Undefined for an anonymous one. */
  person: string | undefined
  /** Notes that the replica failed. Returns whether the query should be repeated on the primary. */
  failed(error: unknown): boolean
}

/** Decides which queries replicas serve. Employees and administrators are always served by the primary. */
export class ReplicaReads {
  readonly #replicas: Replicas
  readonly #reads: Settings['replicaReads']
  readonly #primary: Pool
  readonly #connects = new Map<Replica, Connect>()

  constructor(replicas: Replicas, reads: Settings['replicaReads'], primary: Pool) {
    this.#replicas = replicas
    this.#reads = reads
    this.#primary = primary
    for (const replica of replicas.all) this.#connects.set(replica, makePgAdaptorWithPgClient(replica.pool))
  }

  /** The replica for a query of a caller that has to see everything until a position; undefined for the primary. */
  async choose(claims: Claims, position: number): Promise<ReplicaRead | undefined> {
    const isAnonymous = claims.sub === undefined
    if (!isAnonymous && this.#reads === 'anonymous') return undefined
    const replica = this.#replicas.choose(position)
    const connect = replica && this.#connects.get(replica)
    if (!replica || !connect) return undefined
    // On a replica, a session, a membership or a guardianship ends a moment later, so the primary identifies the
    // caller.
    const person = isAnonymous ? undefined : await this.#personOf(claims)
    if (!isAnonymous && person?.role !== 'app_customer') return undefined
    replica.reads++
    return {
      connect,
      person: person?.text,
      failed(error) {
        if (isAbort(error)) return false
        replica.failures++
        return true
      },
    }
  }

  /** The caller at this moment, with all rights; undefined for one whom the primary will refuse. */
  async #personOf(claims: Claims): Promise<{ role: string; text: string } | undefined> {
    try {
      const { rows } = await this.#primary.query<{ role: string; text: string }>(
        'select p.role, p::text as text from app_private.person_of($1::jsonb) p',
        [JSON.stringify(claims)],
      )
      return rows[0]
    } catch {
      return undefined
    }
  }
}

/** The request's time is over, or that of a statement, which would take as long on the primary. */
const isAbort = (error: unknown): boolean =>
  error instanceof AbortedError || (error as { code?: string } | null)?.code === '57014'
