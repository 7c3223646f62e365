import { describe, expect, it } from '@jest/globals'
import { jwtVerify } from 'jose'
import { jitsi } from '../../src/consultation/jitsi.ts'
import type { Guest, Room } from '../../src/consultation/provider.ts'

const settings = {
  url: 'https://meet.clinic.example/video/',
  appId: 'medislot-app',
  secret: 'a secret of 32 characters, 0123456789',
}
const provider = jitsi(settings)
const room: Room = {
  room: '0123456789abcdef0123456789abcdef',
  reference: null,
  opensAt: new Date('2027-03-04T08:45:00Z'),
  closesAt: new Date('2027-03-04T10:30:00Z'),
}
const during = new Date('2027-03-04T09:00:00Z')

/**
 * What Jitsi's token authentication does: admits to the room of the address with a token for it. Returns the
 * affiliation.
 */
async function enter(address: string, at: Date, secret = settings.secret): Promise<unknown> {
  const { pathname, searchParams } = new URL(address)
  const { payload } = await jwtVerify<{ room: string; context: { user: { affiliation: string } } }>(
    searchParams.get('jwt') ?? '',
    new TextEncoder().encode(secret),
    {
      algorithms: ['HS256'],
      audience: 'jitsi',
      issuer: settings.appId,
      subject: 'meet.clinic.example',
      currentDate: at,
    },
  )
  if (payload.room !== pathname.split('/').at(-1)) throw new Error('token for another room')
  return payload.context.user
}
const join = async (guest: Partial<Guest> = {}) =>
  (await provider.joinUrl(room, { role: 'patient', name: 'Vera', ...guest })) as string

describe('a Jitsi', () => {
  it('admits a patient as a member and the doctor as the moderator of the room', async () => {
    const address = await join()
    expect(address.split('?')[0]).toBe(`https://meet.clinic.example/video/${room.room}`)
    expect(await enter(address, during)).toEqual({ name: 'Vera', affiliation: 'member', moderator: false })
    expect(await enter(await join({ role: 'doctor', name: 'Dr. Anna' }), during)).toEqual({
      name: 'Dr. Anna',
      affiliation: 'owner',
      moderator: true,
    })
  })

  it('refuses the token of another room, of another hour, and of another secret', async () => {
    const address = await join()
    const other = address.replace(room.room, 'f'.repeat(32))
    await expect(enter(other, during)).rejects.toThrow('token for another room')
    await expect(enter(address, new Date('2027-03-04T08:44:59Z'))).rejects.toThrow('"nbf" claim timestamp check failed')
    await expect(enter(address, new Date('2027-03-04T10:30:00Z'))).rejects.toThrow('"exp" claim timestamp check failed')
    await expect(enter(address, during, `${settings.secret}!`)).rejects.toThrow('signature verification failed')
  })

  it('refuses a token whose role was changed', async () => {
    const address = new URL(await join())
    const [header, payload = '', signature] = (address.searchParams.get('jwt') ?? '').split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    claims.context.user.affiliation = 'owner'
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url')
    address.searchParams.set('jwt', [header, forged, signature].join('.'))
    await expect(enter(address.href, during)).rejects.toThrow('signature verification failed')
  })
})
