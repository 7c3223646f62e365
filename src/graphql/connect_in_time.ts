import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { type Deadline, GivenUp } from '../deadline.ts'

type Connect = WithPgClient<NodePostgresPgClient>

/**
 * Connects only for as long as a request may wait: when it is given up before it has got a connection, the wait ends with
 * GivenUp, and the connection that comes later goes back unused.
 */
export function connectInTime(connect: Connect, deadline: Deadline | undefined): Connect {
  if (!deadline) return connect
  return (settings, work) =>
    new Promise((resolve, reject) => {
      deadline.check()
      const unwatch = deadline.watch(() => reject(new GivenUp()))
      // Async: PostGraphile's adaptor keeps a connection for good whose work throws at once.
      connect(settings, async (client) => {
        unwatch()
        deadline.check()
        return work(client)
      })
        .finally(unwatch)
        .then(resolve, reject)
    })
}
