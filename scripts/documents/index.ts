import type { ClientBase } from 'pg'
import { catalogue } from './catalogue.ts'
import { errorCodes } from './error_codes.ts'
import { tablesPage } from './tables.ts'

/** The committed files that are made from a migrated database, and how. Written by `npm run catalogue`, compared in test/repo. */
export const documents: Record<string, (client: ClientBase) => Promise<string>> = {
  'catalogue.txt': catalogue,
  'docs/api/error-codes.md': errorCodes,
  'docs/database/tables.md': tablesPage,
}
