import { join } from 'node:path'
import type { Plugin } from 'vite'

const generated = join(import.meta.dirname, '../../src/web/data/generated/gql.ts')

/**
 * Replaces each GraphQL document in the pages' sources by its text. Otherwise graphql() finds it in a map of the documents of all
 * pages, which every visitor would load. The generator's own plugin for Babel imports the documents from one module, so that they
 * would be in one file as well.
 */
export function inlineDocuments(): Plugin {
  let graphql: (source: string) => unknown
  return {
    name: 'medislot-inline-documents',
    apply: 'build',
    async buildStart() {
      graphql = (await import(generated)).graphql
    },
    transform(code, id) {
      if (!id.endsWith('.ts') && !id.endsWith('.tsx')) return
      if (id === generated || !code.includes('generated/gql.ts')) return
      return code
        .replace(/^import \{ graphql \} from ['"].*generated\/gql\.ts['"];?$/m, '')
        .replace(/\bgraphql\(`([^`]*)`\)/g, (_, source) => {
          const text = String(graphql(source))
          if (!text.includes('{')) this.error(`${id} has a document that was not generated: ${source}`)
          // In parentheses: a document that is not used would be taken for a directive such as "use strict".
          return `(${JSON.stringify(text)})`
        })
    },
  }
}
