import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testCluster } from '../database/cluster.ts'

// Runs before each test file: clean_up.ts ends the listed processes when the run is stopped.
const workers = join(testCluster().folder, 'workers')
mkdirSync(workers, { recursive: true })
writeFileSync(join(workers, String(process.pid)), '')
