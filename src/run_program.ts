import { log } from './log.ts'
import { StartError } from './settings.ts'

/**
 * Runs a program's main function and ends the process with 1 when it throws: a StartError's message goes to stderr as
 * it is, for the person at the terminal; anything else is our fault and is logged whole.
 */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`)
    else log.fatal({ err: error }, 'stopped by an unexpected error')
    process.exit(1)
  }
}
