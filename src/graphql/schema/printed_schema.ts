import './preset.ts'
import type { Pool } from 'pg'
import { makeSchema } from 'postgraphile'
import { lexicographicSortSchema, printSchema } from 'postgraphile/graphql'
import { makeRequestService } from '../../request/service.ts'
import { schemaPreset } from './preset.ts'

/**
 * The text of schema.graphql: the API of a migrated database, sorted, so that it changes only when the API does.
 * Takes a pool as requestPool() makes it.
 */
export async function printedSchema(pool: Pool): Promise<string> {
  const service = makeRequestService(pool)
  const { schema } = await makeSchema({ extends: [schemaPreset], pgServices: [service] })
  await service.release?.()
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
