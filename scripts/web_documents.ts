import { join } from 'node:path'
import { generate } from '@graphql-codegen/cli'

const checkout = join(import.meta.dirname, '..')

/**
 * Writes src/web/graphql/generated/: for every document in the pages' sources its type, checked against schema.graphql.
 * Documents stay texts (`string` mode), so that no parser is sent to browsers. Throws when a document does not fit the schema.
 */
export async function generateWebDocuments(): Promise<void> {
  await generate(
    {
      schema: join(checkout, 'schema.graphql'),
      documents: [join(checkout, 'src/web/**/*.{ts,tsx}'), `!${join(checkout, 'src/web/graphql/generated/**')}`],
      silent: true,
      generates: {
        [`${join(checkout, 'src/web/graphql/generated')}/`]: {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
            documentMode: 'string',
            useTypeImports: true,
            enumsAsTypes: true,
            strictScalars: true,
            importExtension: '.ts',
            emitLegacyCommonJSImports: false,
            // As they travel: ids and instants are texts.
            scalars: {
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

if (import.meta.main) await generateWebDocuments()
