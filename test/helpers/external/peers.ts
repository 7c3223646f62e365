import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

// Real receivers for each transport, which accept, defer or refuse messages, or drop the connection.

/** A mail as the SMTP server received it. */
export interface Mail {
  to: string[]
  raw: string
}

/** The response of the SMTP server to the next mail; 'drop' closes the connection in the middle of it. */
export type SmtpAnswer = 'accept' | 'drop' | { code: number; text: string }

/** A real SMTP server. `answer` decides for each mail by its recipient; by default it accepts all. */
export async function smtpPeer(): Promise<{
  url: string
  mails: Mail[]
  answer: (to: string) => SmtpAnswer | Promise<SmtpAnswer>
  close(): Promise<void>
}> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      let raw = ''
      stream.on('data', (data) => {
        raw += data
      })
      stream.on('end', async () => {
        const answer = await peer.answer(to[0] ?? '')
        if (answer === 'accept') {
          mails.push({ to, raw })
          done()
        } else if (answer === 'drop') {
          // Accepted, but the response is lost: the sender cannot know whether the mail was accepted.
          mails.push({ to, raw })
          for (const connection of server.connections) (connection as unknown as { close(): void }).close()
        } else {
          done(Object.assign(new Error(answer.text), { responseCode: answer.code }))
        }
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const peer = {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    answer: (_to: string): SmtpAnswer | Promise<SmtpAnswer> => 'accept',
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  }
  return peer
}

/** A request that the HTTP server received. */
export interface Taken {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A real HTTP server. `answer` returns the status and body of each response, or 'drop' to close the connection. */
export async function httpPeer(): Promise<{
  url: string
  requests: Taken[]
  answer: (request: Taken) => [status: number, body: unknown, headers?: Record<string, string>] | 'drop'
  close(): Promise<void>
}> {
  const requests: Taken[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const data of request) body += data
    const taken = { path: request.url ?? '', headers: request.headers, body }
    requests.push(taken)
    const answer = peer.answer(taken)
    if (answer === 'drop') return request.socket.destroy()
    const [status, content, headers] = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const peer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (_request: Taken): ReturnType<Awaited<ReturnType<typeof httpPeer>>['answer']> => [200, {}],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return peer
}

/** A real HTTP server that accepts requests and never answers. `waiting` is their number; close() ends them. */
export async function silentPeer(): Promise<{ url: string; waiting(): number; close(): Promise<void> }> {
  let waiting = 0
  const server = createServer((request) => {
    waiting++
    request.on('close', () => waiting--)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting: () => waiting,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Responses of Twilio to `POST /2010-04-01/Accounts/{sid}/Messages.json`. */
export const twilioTakes = (sid: string): [number, unknown] => [
  201,
  { sid, status: 'queued', account_sid: 'AC1', body: '' },
]
export const twilioRefuses = (status: number, code: number, message: string): [number, unknown] => [
  status,
  { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` },
]
