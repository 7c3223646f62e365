import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { AbortedError, type Deadline } from './deadline.ts'

type Connect = WithPgClient<NodePostgresPgClient>

/**
 * Gets a connection for a request: when the request is aborted before there is one, the wait ends with AbortedError, and the
 * connection that comes later goes back to the pool unused.
 */
export function connectWithDeadline(connect: Connect, deadline: Deadline | undefined): Connect {
  if (!deadline) return connect
  return (settings, work) =>
    new Promise((resolve, reject) => {
      deadline.check()
      const unwatch = deadline.watch(() => reject(new AbortedError()))
      // Async, because PostGraphile's adaptor never releases a connection when the callback throws synchronously.
      connect(settings, async (client) => {
        unwatch()
        deadline.check()
        return work(client)
      })
        .finally(unwatch)
        .then(resolve, reject)
    })
}
