import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'

/**
 * The events of a subscription, each finished. It ends with the first event that has errors, and when its source breaks:
 * what a subscriber missed cannot be known, so it has to begin anew. Not an async generator, whose return() would wait
 * for the next event before it lets go of the source. `onEnd` is called when it ends, however it does.
 */
export function untilRefused(
  source: AsyncGenerator<ExecutionResult>,
  finish: (result: ExecutionResult) => ExecutionResult,
  onEnd: () => void,
): AsyncGenerator<ExecutionResult, void, void> {
  let over = false
  const end = async () => {
    over = true
    onEnd()
    await source.return(undefined)
    return { done: true as const, value: undefined }
  }
  return {
    async next() {
      if (over) return { done: true, value: undefined }
      try {
        const { done, value } = await source.next()
        if (done) return await end()
        const event = finish(value)
        if (event.errors) await end()
        return { done: false, value: event }
      } catch (error) {
        over = true
        onEnd()
        return { done: false, value: finish({ errors: [new GraphQLError('', { originalError: error as Error })] }) }
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
