import { rm } from 'node:fs/promises'
import { testCluster } from './cluster.ts'

/** Stops the run's PostgreSQL and removes its files. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.testServer.stop()
  await rm(testCluster().dataDir, { recursive: true })
}
