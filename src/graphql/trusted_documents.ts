import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { GraphQLError } from 'postgraphile/graphql'
import { StartError } from '../settings.ts'
import { Refusal } from './errors.ts'

/** The only documents that callers from outside may run, each by the SHA-256 of its text. */
export type TrustedDocuments = ReadonlyMap<string, string>

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** An id may have the prefix that the draft of GraphQL over HTTP wants and code generators write. */
const withoutPrefix = (id: string) => id.replace(/^sha256:/, '')

/**
 * Reads manifests, each `{ "<SHA-256>": "<text>" }` in JSON. `check` gives the errors that refuse a document. Throws
 * StartError with one line per fault, each naming its file.
 */
export async function readManifests(
  files: readonly string[],
  check: (document: string) => readonly GraphQLError[],
): Promise<TrustedDocuments> {
  const documents = new Map<string, string>()
  const faults: string[] = []
  for (const file of files) {
    for (const [id, text] of await entriesOf(file)) {
      const [error] = typeof text === 'string' && sha256(text) === withoutPrefix(id) ? check(text) : [notItsHash]
      if (error) faults.push(`TRUSTED_DOCUMENTS: ${file}: ${id}: ${error.message}`)
      else documents.set(withoutPrefix(id), text as string)
    }
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'))
  return documents
}

const notItsHash = { message: 'is not the SHA-256 of its text' }

async function entriesOf(file: string): Promise<[string, unknown][]> {
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (manifest?.constructor === Object) return Object.entries(manifest)
  } catch (error) {
    throw new StartError(`TRUSTED_DOCUMENTS: ${file} cannot be read: ${(error as Error).message}`)
  }
  throw new StartError(`TRUSTED_DOCUMENTS: ${file} must hold an object of texts by their SHA-256`)
}

/**
 * The text that a request names by `documentId` or brings itself; throws a Refusal when it is not trusted. Not by
 * @grafserv/persisted, which logs a refused text with its variables: names, passwords.
 */
export function trustedText(
  documents: TrustedDocuments,
  { documentId, query }: { documentId: unknown; query: unknown },
): string {
  const id = typeof documentId === 'string' ? withoutPrefix(documentId) : sha256(typeof query === 'string' ? query : '')
  const text = documents.get(id)
  if (text === undefined) throw new Refusal('document_not_trusted', 'The document is none that this server trusts.')
  return text
}
