import type { IdentityDocument, KeyRing } from '../../../identity/key_ring.ts'
import { inHexadecimal, sealedArgument } from './sealed_argument.ts'

const kinds: readonly string[] = ['national_id', 'passport', 'insurance'] satisfies IdentityDocument['kind'][]

/** Encrypts the argument `document` of the functions that take one. */
export const IdentityDocumentsPlugin = sealedArgument('MedislotIdentityDocumentsPlugin', {
  functions: ['store_identity_document', 'find_human_by_document'],
  argument: 'document',
  codecName: 'identityDocument',
  keys: 'identityKeys',
  seal: sealed,
})

function sealed(ring: KeyRing, given: unknown): object {
  const document = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
  const { kind, country, number } = document
  const isDocument =
    kinds.includes(String(kind)) &&
    /^[A-Z]{2}$/.test(String(country)) &&
    typeof number === 'string' &&
    number.length <= 100 &&
    /[\p{L}\p{N}]/u.test(number)
  if (!isDocument) return {}
  const knownAs = ring.blindIndexes(document as unknown as IdentityDocument).map((index) => index.toString('hex'))
  return { kind, country, knownAs, ...inHexadecimal(ring.seal(document as unknown as IdentityDocument)) }
}
