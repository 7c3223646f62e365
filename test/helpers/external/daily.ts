import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A room as Daily keeps it. */
export interface DailyRoom {
  name: string
  privacy: string
  properties: { nbf: number; exp: number; eject_at_room_exp: boolean }
}
export interface DailyToken {
  room_name: string
  is_owner: boolean
  user_name: string
  nbf: number
  exp: number
}

/** How the next calls are answered: as Daily does, with an error, not at all, or carried out without an answer. */
type Mood = 'works' | 'error' | 'silent' | 'answer_lost'

export interface FakeDaily {
  url: string
  apiKey: string
  rooms: Map<string, DailyRoom>
  /** The room and the rights of each issued token. */
  tokens: Map<string, DailyToken>
  /** The calls, such as `POST /rooms`. */
  calls: string[]
  mood: Mood
  close(): Promise<void>
}

/** The part of Daily's REST API that medislot uses, on this machine. */
export async function fakeDaily(): Promise<FakeDaily> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const { method = '', url = '' } = request
      daily.calls.push(`${method} ${url.replace(/[0-9a-f]{32}/, '<room>')}`)
      if (daily.mood === 'silent') return
      if (daily.mood === 'error') return answer(response, 500, { error: 'server-error' })
      if (request.headers.authorization !== `Bearer ${daily.apiKey}`)
        return answer(response, 401, { error: 'authentication-error' })
      const [status, body] = handle(method, url, text ? JSON.parse(text) : {})
      if (daily.mood === 'answer_lost') return request.socket.destroy()
      answer(response, status, body)
    })
  })
  const answer = (response: ServerResponse, status: number, body: object) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  // biome-ignore lint/suspicious/noExplicitAny: a body that a client sent.
  function handle(method: string, url: string, body: any): [status: number, body: object] {
    const { rooms } = daily
    if (method === 'POST' && url === '/v1/rooms') return makeRoom(body)
    if (method === 'POST' && url === '/v1/meeting-tokens') return makeToken(body)
    const name = /^\/v1\/rooms\/(\w+)$/.exec(url)?.[1] ?? ''
    const room = rooms.get(name)
    if (!room) return [404, { error: 'not-found' }]
    if (method === 'DELETE') {
      rooms.delete(name)
      return [200, { deleted: true, name }]
    }
    Object.assign(room.properties, body.properties)
    return [200, { ...room, url: addressOf(name) }]
  }
  // biome-ignore lint/suspicious/noExplicitAny: a body that a client sent.
  function makeRoom(body: any): [status: number, body: object] {
    const { rooms } = daily
    if (rooms.has(body.name))
      return [400, { error: 'invalid-request-error', info: `a room named ${body.name} already exists` }]
    rooms.set(body.name, body)
    return [200, { ...body, url: addressOf(body.name) }]
  }
  // biome-ignore lint/suspicious/noExplicitAny: a body that a client sent.
  function makeToken(body: any): [status: number, body: object] {
    const { rooms, tokens } = daily
    if (!rooms.has(body.properties.room_name)) return [400, { error: 'invalid-request-error', info: 'no such room' }]
    const token = `token-${tokens.size + 1}`
    tokens.set(token, body.properties)
    return [200, { token }]
  }
  const addressOf = (name: string) => `https://clinic.daily.test/${name}`

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const daily: FakeDaily = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: 'daily-key',
    rooms: new Map(),
    tokens: new Map(),
    calls: [],
    mood: 'works',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return daily
}
