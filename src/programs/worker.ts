import { Lifecycle } from '../process/lifecycle.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings } from '../process/settings.ts'
import { startTracing } from '../process/tracing.ts'
import { startWorker } from '../worker/start_worker.ts'

// `npm run worker`: the worker alone. `npm run migrate` migrates the database.
const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const settings = readSettings('worker')
    lifecycle.onStop('tracing', await startTracing(settings.tracesUrl, 'worker'))
    const worker = await startWorker({ ...settings, databaseUrl: settings.databaseUrl as string })
    lifecycle.onStop('worker', worker.stop)
    process.stdout.write('medislot worker is ready\n')
  },
  () => lifecycle.stopping,
)
