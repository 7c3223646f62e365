import '../graphile.config.ts'
import type { Pool } from 'pg'
import { makeSchema } from 'postgraphile'
import { readErrorCodes } from '../database/error_codes.ts'
import { schemaPreset } from '../graphile.config.ts'
import { makeRequestService } from '../graphql/request_adaptor.ts'
import { openApi } from './openapi.ts'

/** The text of openapi.json, of a migrated database. Takes a pool as requestPool() makes it. */
export async function openApiText(pool: Pool): Promise<string> {
  const service = makeRequestService(pool)
  const { schema } = await makeSchema({ extends: [schemaPreset], pgServices: [service] })
  await service.release?.()
  return `${JSON.stringify(openApi(schema, await readErrorCodes(pool)), null, 2)}\n`
}
