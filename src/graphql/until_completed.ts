import type { ExecutionResult } from 'postgraphile/graphql'
import type { Deadline } from '../deadline.ts'

/**
 * The one result of a query or mutation as a stream, which graphql-ws can end before the result is there: when the client
 * completes the operation or closes the connection, its work is given up. Closes the deadline.
 */
export function untilCompleted(
  result: Promise<ExecutionResult>,
  deadline: Deadline,
): AsyncGenerator<ExecutionResult, void, void> {
  let given = false
  const end = async () => {
    if (!given) deadline.leave()
    given = true
    return { done: true as const, value: undefined }
  }
  return {
    async next() {
      if (given) return end()
      try {
        const value = await result
        return given ? end() : { done: false, value }
      } finally {
        given = true
        deadline.close()
      }
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}
