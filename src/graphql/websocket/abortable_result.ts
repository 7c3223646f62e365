import type { ExecutionResult } from 'postgraphile/graphql'
import type { Deadline } from '../../request/deadline.ts'

/**
 * The result of a query or mutation as a stream of one, which graphql-ws can end before the result is there: when the client
 * completes the operation or closes the connection, the work is aborted. Closes the deadline.
 */
export function abortableResult(
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
