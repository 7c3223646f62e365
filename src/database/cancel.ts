import { Connection, type PoolClient } from 'pg'

/** Maximum time of one cancel request, milliseconds; then the next one is sent. */
const patienceMs = 2000
const againMs = 100

/** Properties of a pg connection that its types leave out. */
interface Connected {
  host: string
  port: number
  processID: number | null
  secretKey: number | null
  ssl: unknown
  sslNegotiation: string
}
interface Canceller {
  stream: { destroy(): void }
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
  on(event: 'connect' | 'sslconnect' | 'end' | 'error', listener: () => void): void
}

/**
 * Cancels the statements of a connection with PostgreSQL's cancel requests, which need neither rights nor a connection of the
 * pool, and work through PgBouncer. A request that arrives between two statements has no effect, so requests are repeated
 * until the returned function is called. Its promise is resolved when no request is on its way any more; then the connection
 * may be used for something else.
 */
export function cancelStatements(client: PoolClient): () => Promise<void> {
  let wanted = true
  let wake = () => {}
  const done = (async () => {
    while (wanted) {
      await requestCancel(client as unknown as Connected)
      if (!wanted) return
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, againMs)
      })
    }
  })()
  return () => {
    wanted = false
    wake()
    return done
  }
}

/** Resolved when PostgreSQL has closed the connection of the request, which it does after sending the signal. */
function requestCancel({ host, port, processID, secretKey, ssl, sslNegotiation }: Connected): Promise<void> {
  if (processID === null || secretKey === null) return Promise.resolve()
  const connection = new Connection({ ssl, sslNegotiation } as never) as unknown as Canceller
  return new Promise((resolve) => {
    const late = setTimeout(() => connection.stream.destroy(), patienceMs)
    const end = () => {
      clearTimeout(late)
      resolve()
    }
    connection.on('end', end)
    connection.on('error', end)
    const cancel = () => connection.cancel(processID, secretKey)
    if (ssl) connection.on('sslconnect', cancel)
    connection.on('connect', () => {
      if (!ssl) cancel()
      else if (sslNegotiation !== 'direct') connection.requestSsl()
    })
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  })
}
