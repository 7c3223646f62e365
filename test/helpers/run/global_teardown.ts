/** Stops the run's PostgreSQL and removes the run's files. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServers?.()
}
