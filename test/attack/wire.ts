import { connect, type Socket } from 'node:net'

/** The data received until the server closed the connection, or until all `answers` had arrived and it was silent. */
export interface Received {
  text: string
  /** The status of each response, in order. */
  statuses: number[]
  closed: boolean
}

/** How bytes are sent: at once, or by a function of the socket. */
export type Sender = string | Buffer | ((socket: Socket) => void)

/**
 * Sends bytes unchanged and waits for the given number of responses or the end. Throws if neither comes in half a
 * minute.
 */
export function send(port: number, bytes: Sender, answers = 1): Promise<Received> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  const received = (closed: boolean): Received => {
    const text = Buffer.concat(chunks).toString('latin1')
    return { text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)), closed }
  }
  return new Promise<Received>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no answer, connection open: ${received(false).text}`)), 120_000)
    const end = (closed: boolean) => {
      clearTimeout(late)
      resolve(received(closed))
    }
    socket.on('data', (data) => {
      chunks.push(data)
      if (received(false).statuses.length >= answers) end(false)
    })
    socket.on('close', () => end(true))
    // If the server closes the connection while we write, `close` handles it.
    socket.on('error', () => undefined)
    socket.on('connect', () => (typeof bytes === 'function' ? bytes(socket) : socket.write(bytes)))
  }).finally(() => socket.destroy())
}
