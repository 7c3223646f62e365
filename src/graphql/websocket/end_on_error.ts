import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'

/**
 * The events of a subscription, each passed through `finish`. The stream ends with the first event that has errors, and
 * when its source fails: nobody can tell what the subscriber missed, so it has to subscribe again. Not an async generator,
 * whose return() would wait for the next event before it closes the source. `onEnd` is called once the stream has ended.
 */
export function endOnError(
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
