import type { Provider, Room } from './provider.ts'

export interface DailySettings {
  apiKey: string
  /** By default https://api.daily.co/v1. */
  apiUrl?: string | undefined
}

/** How long an answer may take, milliseconds. A job's claim lasts 30 s. */
const longestMs = 8000

const times = ({ opensAt, closesAt }: Room) => ({
  nbf: Math.floor(opensAt.getTime() / 1000),
  exp: Math.floor(closesAt.getTime() / 1000),
})

interface Answer {
  status: number
  body: { url?: string; token?: string; error?: string; info?: string }
}

/** Rooms of Daily: private, open for the time of the visit only, and joined with a token for one person. */
export function daily({ apiKey, apiUrl = 'https://api.daily.co/v1' }: DailySettings, patienceMs = longestMs): Provider {
  async function call(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${apiUrl.replace(/\/$/, '')}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, body: isJson && text ? JSON.parse(text) : {} }
  }

  /** The answer to a call that succeeded. */
  function accepted({ status, body }: Answer): Answer['body'] {
    if (status < 300) return body
    throw new Error(`Daily answered ${status}${body.error ? ` ${body.error}` : ''}`)
  }

  return {
    async prepare(room) {
      const properties = { ...times(room), eject_at_room_exp: true }
      const made = await call('POST', '/rooms', { name: room.room, privacy: 'private', properties })
      // Made by an attempt whose outcome was lost, or for an earlier time of the visit.
      const isThere = made.status === 400 && /already exists/.test(made.body.info ?? '')
      const { url } = accepted(isThere ? await call('POST', `/rooms/${room.room}`, { properties }) : made)
      if (!url) throw new Error('Daily returned no address of the room')
      return url
    },
    async joinUrl(room, { role, name }) {
      if (!room.reference) throw new Error('the room has no address')
      const { exp, nbf } = times(room)
      const properties = {
        room_name: room.room,
        is_owner: role === 'doctor',
        user_name: name,
        nbf,
        exp,
        eject_at_token_exp: true,
      }
      const { token } = accepted(await call('POST', '/meeting-tokens', { properties }))
      if (!token) throw new Error('Daily returned no token')
      const address = new URL(room.reference)
      address.searchParams.set('t', token)
      return address.href
    },
    async drop({ room }) {
      const dropped = await call('DELETE', `/rooms/${room}`)
      // Dropped before, or expired.
      if (dropped.status !== 404) accepted(dropped)
    },
  }
}
