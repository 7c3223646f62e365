import { log } from './log.ts'
import { StartError } from './settings.ts'

/**
 * Runs a program's main function and ends the process with 1 when it, or anything it set going, throws: a StartError's
 * message goes to stderr as it is, for the person at the terminal; anything else is our fault and is logged whole.
 * While `isStopping`, what breaks is what is being stopped: the stop goes on and decides the exit code.
 */
export async function runProgram(main: () => Promise<void>, isStopping = () => false): Promise<void> {
  const end = (error: unknown) => {
    if (isStopping()) return log.debug({ err: error }, 'broken off by the stop')
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`)
    else log.fatal({ err: error }, 'stopped by an unexpected error')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
  await main().catch(end)
}
