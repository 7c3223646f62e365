import { SignJWT } from 'jose'
import type { Provider } from './provider.ts'

export interface JitsiSettings {
  /** The address of the installation, such as https://meet.clinic.example. */
  url: string
  appId: string
  secret: string
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

/**
 * A Jitsi Meet of the operator's, with token authentication: rooms exist as soon as somebody with a token opens one. The token
 * is for one room, one role and the time of the visit.
 */
export function jitsi({ url, appId, secret }: JitsiSettings): Provider {
  const key = new TextEncoder().encode(secret)
  return {
    prepare: async () => null,
    async joinUrl({ room, opensAt, closesAt }, { role, name }) {
      const isDoctor = role === 'doctor'
      // token_affiliation makes the doctor the moderator, who admits the patient from the lobby.
      const user = { name, affiliation: isDoctor ? 'owner' : 'member', moderator: isDoctor }
      const token = await new SignJWT({ room, context: { user } })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(appId)
        .setAudience('jitsi')
        .setSubject(new URL(url).hostname)
        .setNotBefore(seconds(opensAt))
        .setExpirationTime(seconds(closesAt))
        .sign(key)
      const address = new URL(url)
      address.pathname = `${address.pathname.replace(/\/$/, '')}/${room}`
      address.searchParams.set('jwt', token)
      return address.href
    },
    drop: async () => {},
  }
}
