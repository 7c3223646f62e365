import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { GraphQLError } from 'postgraphile/graphql'
import { StartError } from '../process/settings.ts'
import { Refusal } from '../request/refusal.ts'

/** The only documents that HTTP callers may run, by the SHA-256 of their texts. */
export type TrustedDocuments = ReadonlyMap<string, string>

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** An id may have the prefix that the draft of GraphQL over HTTP demands and code generators write. */
const withoutPrefix = (id: string) => id.replace(/^sha256:/, '')

/**
 * Reads manifests, each `{ "<SHA-256>": "<text>" }` in JSON. `check` gives the errors that refuse a document. Throws
 * StartError with one line per error, each naming its file.
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

/** How a request identifies its document: by its text or by an id, in the ways that clients use. */
export interface AskedDocument {
  query?: unknown
  /** As in the draft of GraphQL over HTTP. */
  documentId?: unknown
  /** `persistedQuery.sha256Hash`, as the clients of Apollo and urql send it. */
  extensions?: unknown
}

function hashIn(extensions: unknown): unknown {
  return (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery?.sha256Hash
}

/**
 * The text of the document that a request identifies. Throws a Refusal when it is not trusted. Not by @grafserv/persisted,
 * which logs a refused document with its variables, such as names and passwords.
 */
export function trustedText(documents: TrustedDocuments, { documentId, extensions, query }: AskedDocument): string {
  const given = [documentId, hashIn(extensions)].find((id) => typeof id === 'string') as string | undefined
  const id = given === undefined ? sha256(typeof query === 'string' ? query : '') : withoutPrefix(given)
  const text = documents.get(id)
  if (text === undefined) throw new Refusal('document_not_trusted', 'This server does not trust the document.')
  return text
}

/**
 * Throws the refusal that clients with automatic persisted queries expect from a server without them: they then send texts
 * instead of hashes. Storing the texts that callers send would let anyone fill the memory.
 */
export function refusePersistedQuery({ query, extensions }: AskedDocument): void {
  if (typeof query === 'string' || hashIn(extensions) === undefined) return
  // Clients compare this exact text.
  throw new Refusal('persisted_query_not_supported', 'PersistedQueryNotSupported')
}
