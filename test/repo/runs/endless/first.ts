import { test } from '@jest/globals'
import { cloneDatabase } from '../../../helpers/database/cluster.ts'
import { startServer } from '../../../helpers/programs/program.ts'

// Used twice by stopped_run.test.ts (second.ts imports it): a test that has a running server when the run is stopped.
test('runs until the run is stopped', async () => {
  await startServer((await cloneDatabase()).serverUrl)
  await new Promise((resolve) => setTimeout(resolve, 290_000))
})
