import { createHash } from 'node:crypto'
import type { OneTransaction } from '../graphql/one_transaction.ts'

/** A response that a repeated request is given again. */
export interface StoredResponse {
  status: number
  headers: Record<string, string>
  /** As it was sent; empty when there was none. */
  body: string
}

/**
 * Opens a request under its Idempotency-Key, in the transaction that carries it out: undefined when it is to be carried
 * out, else what was answered before. Who comes second waits for the first. Throws PostgreSQL's refusals:
 * idempotency_key_reused, invalid_argument, unauthenticated.
 */
export async function claimResponse(
  transaction: OneTransaction,
  key: string,
  asked: readonly string[],
): Promise<StoredResponse | undefined> {
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
  const { rows } = await transaction.run((client) =>
    client.query<StoredResponse>({
      text: 'select status, headers, body from app_hidden.claim_response($1, $2)',
      values: [key, fingerprint] as never[],
    }),
  )
  return rows[0]?.status ? rows[0] : undefined
}

/** Stores what is answered to a request that claimResponse() opened, in the same transaction. */
export async function storeResponse(
  transaction: OneTransaction,
  key: string,
  { status, headers, body }: StoredResponse,
): Promise<void> {
  await transaction.run((client) =>
    client.query({
      text: 'select app_hidden.store_response($1, $2, $3, $4)',
      values: [key, status, JSON.stringify(headers), body] as never[],
    }),
  )
}
