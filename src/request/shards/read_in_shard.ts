import type { Deadline } from '../deadline.ts'
import type { Claims } from '../tokens.ts'
import { inTransaction } from '../transaction.ts'
import type { ShardUse } from './shard_use.ts'

/** The caller of an operation, and its deadline. */
export interface Caller {
  claims: Claims
  deadline?: Deadline | undefined
}

/** Runs one query in a shard with the rights of the caller. Throws as ShardUse does. */
export const readInShard = <Row extends object>(use: ShardUse, caller: Caller, text: string, values: string[]) =>
  inShard<Row>(use, { ...caller, readOnly: true }, text, values)

/** Runs one statement, which may change something, in a shard with the rights of the caller. Throws as ShardUse does. */
export const changeInShard = <Row extends object>(use: ShardUse, caller: Caller, text: string, values: string[]) =>
  inShard<Row>(use, { ...caller, readOnly: false }, text, values)

const inShard = <Row extends object>(
  use: ShardUse,
  { claims, deadline, readOnly }: Caller & { readOnly: boolean },
  text: string,
  values: string[],
): Promise<Row[]> =>
  use.repeated(() =>
    use.connect(null, (connected) =>
      inTransaction(
        connected,
        { claims, readOnly, shard: use, ...(deadline && { deadline }) },
        async (client) => (await client.query<Row>({ text, values: values as never[] })).rows as Row[],
      ),
    ),
  )
