import { startBilling } from '../billing/start_billing.ts'
import { Lifecycle } from '../process/lifecycle.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings } from '../process/settings.ts'
import { startTracing } from '../process/tracing.ts'

// `npm run billing`: the only program that knows the keys of payment providers. It logs in to the database as app_billing, which
// may record payments and read nothing else. `npm run migrate` migrates the database.
const lifecycle = new Lifecycle()
await runProgram(
  async () => {
    const settings = readSettings('billing')
    lifecycle.onStop('tracing', await startTracing(settings.tracesUrl, 'billing'))
    const databaseUrl = (settings.billingDatabaseUrl ?? settings.databaseUrl) as string
    const publicUrl = settings.publicUrl ?? 'http://localhost:5678'
    const { displayUrl, stop } = await startBilling({ ...settings, databaseUrl, publicUrl }, lifecycle)
    lifecycle.onStop('billing', stop)
    process.stdout.write(`medislot billing is ready: ${displayUrl}\n`)
  },
  () => lifecycle.stopping,
)
