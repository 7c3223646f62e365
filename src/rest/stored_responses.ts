import { createHash } from 'node:crypto'
import type { RequestTransaction } from '../request/shared_transaction.ts'

/** A response that a repeated request gets again. */
export interface StoredResponse {
  status: number
  headers: Record<string, string>
  /** As it was sent; empty when there was none. */
  body: string
}

/**
 * Claims an Idempotency-Key in the transaction that executes its request: undefined when the request has to be executed, else
 * the response that was stored before. A second request with the key waits for the first. Throws PostgreSQL's refusals:
 * idempotency_key_reused, invalid_argument, unauthenticated.
 */
export async function claimResponse(
  transaction: RequestTransaction,
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

/** Stores the response to a request whose key claimResponse() has claimed, in the same transaction. */
export async function storeResponse(
  transaction: RequestTransaction,
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
