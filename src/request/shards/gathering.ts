import type { PoolClient } from 'pg'
import type { Shards } from '../../database/shards.ts'
import { Refusal } from '../refusal.ts'
import { type Gathers, passSetting } from '../transaction.ts'
import { type Caller, readInShard } from './read_in_shard.ts'
import type { ShardUse } from './shard_use.ts'

/** What the global database asks of the shards: sql/core/shards/people/in_shards.sql. */
interface Asked {
  task: string
  asked: object
  key: string
  shards: string[]
}

/** The statement with a shard's part of each task. */
const statements: Record<string, string> = {
  export_customer: `select to_jsonb(e) as part from app_public.export_customer(($1::jsonb ->> 'customerId')::bigint) e`,
  clinics_with_records: `select jsonb_build_object('clinicIds', coalesce(jsonb_agg(c.id), '[]')) as part
    from app_public.clinics_with_records() c where $1::jsonb is not null`,
  claimable_records: `select jsonb_build_object('records', coalesce(jsonb_agg(to_jsonb(r)), '[]')) as part
    from app_public.claimable_records() r where $1::jsonb is not null`,
}

/** SQLSTATE of `customer_not_found`. */
const customerNotFound = 'MS203'

/** A caller's read in the global database that needs parts from the shards. */
export class Gathering implements Gathers {
  readonly #shards: Shards
  readonly #use: (number: number) => ShardUse
  readonly #operation: Caller
  readonly #gathered: Record<string, Record<string, object>> = {}
  #asked: Asked | undefined

  constructor(shards: Shards, use: (number: number) => ShardUse, operation: Caller) {
    this.#shards = shards
    this.#use = use
    this.#operation = operation
  }

  listen(client: PoolClient): () => void {
    const listen = ({ message, detail }: { message?: string | undefined; detail?: string | undefined }) => {
      if (message === 'medislot: to be gathered from the shards' && detail) this.#asked = JSON.parse(detail)
    }
    client.on('notice', listen)
    return () => void client.off('notice', listen)
  }

  passTo(client: PoolClient): void {
    if (Object.keys(this.#gathered).length === 0) return
    passSetting(client, 'medislot.gathered', this.#gathered)
  }

  /** Asks all shards. Throws Refusal `shard_unavailable` and `shard_behind`: an answer without a part would look complete. */
  async gather(): Promise<boolean> {
    const asked = this.#asked
    this.#asked = undefined
    if (!asked || this.#gathered[asked.key]) return false
    const parts = await Promise.all(asked.shards.map(async (number) => [number, await this.#part(asked, number)]))
    this.#gathered[asked.key] = Object.fromEntries(parts)
    return true
  }

  async #part({ task, asked }: Asked, number: string): Promise<object> {
    const text = statements[task]
    if (!text) throw new Error(`nothing asks shards for ${task}`)
    if (!this.#shards.all.has(Number(number))) throw new Refusal('shard_unavailable', '', { shard: Number(number) })
    try {
      const values = [JSON.stringify(asked)]
      const rows = await readInShard<{ part: object }>(this.#use(Number(number)), this.#operation, text, values)
      return rows[0]?.part ?? {}
    } catch (error) {
      // The global database knows the person.
      if ((error as { code?: string }).code === customerNotFound) throw new Refusal('shard_behind')
      throw error
    }
  }
}
