import '../../graphql/schema/preset.ts'
import type { Pool } from 'pg'
import { makeSchema } from 'postgraphile'
import { readErrorCodes } from '../../database/error_codes.ts'
import { schemaPreset } from '../../graphql/schema/preset.ts'
import { makeRequestService } from '../../request/service.ts'
import { openApi } from './openapi.ts'

/** The text of openapi.json, from a migrated database. Takes a pool made by requestPool(). */
export async function openApiText(pool: Pool): Promise<string> {
  const service = makeRequestService(pool)
  const { schema } = await makeSchema({ extends: [schemaPreset], pgServices: [service] })
  await service.release?.()
  return `${JSON.stringify(openApi(schema, await readErrorCodes(pool)), null, 2)}\n`
}
