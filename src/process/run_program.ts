import { log } from './log.ts'
import { StartError } from './settings.ts'

/**
 * Runs a program's main function, and ends the process with 1 when it, or anything that it started, throws. The message of a
 * StartError goes to stderr as it is, for the person at the terminal; any other error is our fault and is logged in full.
 * While `isStopping`, errors come from parts that are being stopped: the stop goes on and decides the exit code.
 */
export async function runProgram(main: () => Promise<void>, isStopping = () => false): Promise<void> {
  const end = (error: unknown) => {
    if (isStopping()) return log.debug({ err: error }, 'an error while stopping')
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`)
    else log.fatal({ err: error }, 'stopped by an unexpected error')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
  await main().catch(end)
}
