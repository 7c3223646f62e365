import { Router } from 'express'
import type { Pool } from 'pg'
import { committedHashes } from '../database/migrations.ts'
import { log } from '../process/log.ts'

/**
 * The two questions of an orchestrator. GET /healthz: is the process alive? Always 200. GET /readyz: should it get requests?
 * 200 when the database answers and has every migration of this release; otherwise 503 with the reason. When the database does
 * not answer, `othersAnswer` says whether others do that serve requests.
 */
export async function healthRoutes(
  pool: Pool,
  isStopping: () => boolean,
  othersAnswer: () => Promise<boolean> = async () => false,
): Promise<Router> {
  const expected = await committedHashes()

  let asking: Promise<string | undefined> | undefined
  /** Probes that arrive at the same time share one query to the database. */
  const whyNotReady = async () => {
    if (isStopping()) return 'stopping'
    asking ??= askDatabase().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function askDatabase(): Promise<string | undefined> {
    try {
      const { rows } = await pool.query(
        'select count(*)::int as applied from graphile_migrate.migrations where hash = any($1)',
        [expected],
      )
      return rows[0].applied < expected.length ? 'migrations are pending' : undefined
    } catch (error) {
      log.warn({ err: error }, 'not ready')
      const neverMigrated = ['42P01', '3F000', '42501'].includes((error as { code?: string }).code ?? '')
      if (neverMigrated) return 'migrations are pending'
      return (await othersAnswer()) ? undefined : 'the database does not answer'
    }
  }

  return Router()
    .get('/healthz', (_request, response) => {
      response.json({ status: 'ok' })
    })
    .get('/readyz', async (_request, response) => {
      const reason = await whyNotReady()
      response.status(reason ? 503 : 200).json(reason ? { status: 'unavailable', reason } : { status: 'ready' })
    })
}
