import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { generate } from '@graphql-codegen/cli'

const checkout = join(import.meta.dirname, '..')
const generated = join(checkout, 'src/web/data/generated')

/**
 * Writes src/web/data/generated/: for every document in the pages' sources its type, checked against schema.graphql.
 * Documents stay texts (`string` mode), so that no parser is sent to browsers. Throws when a document does not fit the schema.
 */
export async function generateWebDocuments(): Promise<void> {
  await generate(
    {
      schema: join(checkout, 'schema.graphql'),
      documents: [join(checkout, 'src/web/**/*.{ts,tsx}'), '!**/generated/**'],
      silent: true,
      generates: {
        [`${generated}/`]: {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
            documentMode: 'string',
            useTypeImports: true,
            enumsAsTypes: true,
            strictScalars: true,
            importExtension: '.ts',
            emitLegacyCommonJSImports: false,
            // As in JSON: ids and instants are strings.
            scalars: {
              BigFloat: 'string',
              BigInt: 'string',
              Cursor: 'string',
              Date: 'string',
              Datetime: 'string',
              JSON: 'unknown',
              Time: 'string',
              UUID: 'string',
            },
          },
        },
      },
    },
    true,
  )
}

/**
 * The manifest of trusted documents. Not by the generator's `persistedDocuments`, which reformats the documents, while the pages
 * send them as they are written.
 */
export async function webManifest(): Promise<Record<string, string>> {
  const exported: Record<string, unknown> = await import(join(generated, 'graphql.ts'))
  const texts = Object.entries(exported).flatMap(([name, value]) => (name.endsWith('Document') ? [String(value)] : []))
  return Object.fromEntries(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]))
}

if (import.meta.main) await generateWebDocuments()
