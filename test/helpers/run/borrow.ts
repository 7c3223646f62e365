import { testCluster } from '../database/cluster.ts'
import type { Loans } from './lender.ts'

/**
 * Borrows a resource that the run shares: `server`, the HTTP server with default settings, on a database with rows of
 * earlier test files; `site`, the same with the demo clinics; `fresh`, one with the demo clinics and no rows of other files;
 * `browser`; or `demo`, a database with the demo clinics, to be cloned. All but the last are started for each Jest worker, so test files that run at the same time never share
 * one.
 */
export async function borrow<Kind extends keyof Loans>(kind: Kind): Promise<Loans[Kind]> {
  const response = await fetch(`${testCluster().lender}/${kind}/${process.env.JEST_WORKER_ID}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`no ${kind} to borrow: ${text}`)
  return JSON.parse(text)
}
