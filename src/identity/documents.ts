import type { Client } from 'pg'
import type { IdentityDocument, KeyRing } from './key_ring.ts'

/** Whom a document belongs to: one of a customer, a doctor of a clinic, and an employee of a clinic. */
export interface Holder {
  customerId?: string | undefined
  clinicId?: string | undefined
  doctorId?: string | undefined
  employeeId?: string | undefined
}

/** Stores a document of a person and returns the id of the human. The number is in no statement. */
export async function storeDocument(
  client: Client,
  ring: KeyRing,
  document: IdentityDocument,
  { customerId, clinicId, doctorId, employeeId }: Holder,
): Promise<string> {
  const sealed = ring.seal(document)
  const { rows } = await client.query<{ id: string }>(
    `select app_hidden.store_human_document(app_hidden.human_of($1, $2, $3, $4), $5, $6, $7, $8, $9, $10, $11) as id`,
    [
      ...[customerId, clinicId, doctorId, employeeId].map((id) => id ?? null),
      document.kind,
      document.country,
      ring.blindIndexes(document),
      sealed.blindIndex,
      sealed.keyId,
      sealed.nonce,
      sealed.ciphertext,
    ],
  )
  return rows[0]?.id as string
}

/** The id of the human who has a document, if it is stored. */
export async function findByDocument(
  client: Client,
  ring: KeyRing,
  document: IdentityDocument,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string | null }>(
    'select app_hidden.find_human_document($1, $2, $3) as id',
    [document.kind, document.country, ring.blindIndexes(document)],
  )
  return rows[0]?.id ?? undefined
}

interface Stored {
  human_id: string
  kind: IdentityDocument['kind']
  country: string
  stored_key_id: string
  nonce: Buffer
  ciphertext: Buffer
}

/** Encrypts every document that is under another key than the current one again, and returns how many there were. */
export async function rotateKeys(client: Client, ring: KeyRing): Promise<number> {
  let rotated = 0
  for (;;) {
    const { rows } = await client.query<Stored>('select * from app_hidden.documents_under_other_keys($1)', [
      ring.currentId,
    ])
    if (rows.length === 0) return rotated
    for (const { human_id, kind, country, stored_key_id: keyId, nonce, ciphertext } of rows) {
      const document = { kind, country, number: ring.open({ kind, country }, { keyId, nonce, ciphertext }) }
      const sealed = ring.seal(document)
      await client.query('select app_hidden.store_human_document($1, $2, $3, $4, $5, $6, $7, $8)', [
        human_id,
        kind,
        country,
        ring.blindIndexes(document),
        sealed.blindIndex,
        sealed.keyId,
        sealed.nonce,
        sealed.ciphertext,
      ])
      rotated++
    }
  }
}
