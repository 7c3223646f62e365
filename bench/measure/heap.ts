import type { Program } from '../../test/helpers/programs/program.ts'

/** Environment of a program for heapOf(). */
export const askable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

/**
 * Megabytes of a program's objects after a garbage collection. The memory of the process also depends on when that was: it goes
 * up and down by a third without any leak.
 */
export async function heapOf(program: Program): Promise<number> {
  const [, address] = /Debugger listening on (\S+)/.exec(program.stderr()) ?? []
  if (!address) throw new Error('the program was not started with the environment `askable`')
  const inspector = new WebSocket(address)
  const opened = Promise.withResolvers<void>()
  inspector.onopen = () => opened.resolve()
  inspector.onerror = () => opened.reject(new Error('the program does not let itself be asked'))
  await opened.promise
  const ask = (id: number, method: string, params = {}) => {
    const answer = Promise.withResolvers<{ result: { value: number } }>()
    inspector.onmessage = ({ data }) => answer.resolve(JSON.parse(data).result)
    inspector.send(JSON.stringify({ id, method, params }))
    return answer.promise
  }
  try {
    await ask(1, 'HeapProfiler.collectGarbage')
    const { result } = await ask(2, 'Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed' })
    return result.value / 2 ** 20
  } finally {
    inspector.close()
  }
}
