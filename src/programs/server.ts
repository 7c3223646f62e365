import { Lifecycle } from '../process/lifecycle.ts'
import { reportReady, sharesPort, startProcesses } from '../process/processes.ts'
import { runProgram } from '../process/run_program.ts'
import { readSettings } from '../process/settings.ts'
import { startTracing } from '../process/tracing.ts'
import { signingKey, startServer } from '../server/start_server.ts'

// `npm run server`: the HTTP server alone, in one process or in several that share its port. `npm run migrate` migrates
// the database, and workers run as separate programs.
const lifecycle = new Lifecycle()
const announce = ({ displayUrl }: { displayUrl: string }) =>
  void process.stdout.write(`medislot server is ready: ${displayUrl}\n`)

await runProgram(
  async () => {
    const settings = readSettings('server')
    if (settings.serverProcesses > 1 && !sharesPort) {
      // All processes have the same key, so that each accepts the tokens of the others.
      const env = { JWT_SECRET: signingKey(settings) }
      return announce(await startProcesses(settings.serverProcesses, env, settings.stopDelayMs, lifecycle))
    }
    lifecycle.onStop('tracing', await startTracing(settings.tracesUrl, 'server'))
    const databaseUrl = (settings.serverDatabaseUrl ?? settings.databaseUrl) as string
    const server = await startServer({ ...settings, databaseUrl, jwtSecret: signingKey(settings) }, lifecycle)
    lifecycle.onStop('HTTP server', server.stop)
    if (sharesPort) reportReady(server.displayUrl)
    else announce(server)
  },
  () => lifecycle.stopping,
)
