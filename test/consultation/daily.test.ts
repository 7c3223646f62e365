import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { daily } from '../../src/consultation/daily.ts'
import type { Room } from '../../src/consultation/provider.ts'
import { type FakeDaily, fakeDaily } from '../helpers/external/daily.ts'

let fake: FakeDaily
beforeAll(async () => {
  fake = await fakeDaily()
})
afterAll(() => fake?.close())
beforeEach(() => {
  fake.mood = 'works'
  fake.rooms.clear()
  fake.calls.splice(0)
})

const providerOf = (patienceMs?: number) => daily({ apiKey: fake.apiKey, apiUrl: fake.url }, patienceMs)
const room: Room = {
  room: '0123456789abcdef0123456789abcdef',
  reference: null,
  opensAt: new Date('2027-03-04T08:45:00Z'),
  closesAt: new Date('2027-03-04T10:30:00Z'),
}
const later = { ...room, opensAt: new Date('2027-03-05T08:45:00Z'), closesAt: new Date('2027-03-05T10:30:00Z') }
const seconds = (date: Date) => date.getTime() / 1000

describe('Daily', () => {
  it('makes a private room for the time of the visit, moves it, and removes it, each any number of times', async () => {
    const provider = providerOf()
    const url = `https://clinic.daily.test/${room.room}`
    expect(await provider.prepare(room)).toBe(url)
    expect(fake.rooms.get(room.room)).toMatchObject({
      privacy: 'private',
      properties: { nbf: seconds(room.opensAt), exp: seconds(room.closesAt), eject_at_room_exp: true },
    })
    for (let i = 0; i < 2; i++) {
      expect(await provider.prepare(later)).toBe(url)
      expect(fake.rooms.size).toBe(1)
      expect(fake.rooms.get(room.room)?.properties).toMatchObject({
        nbf: seconds(later.opensAt),
        exp: seconds(later.closesAt),
      })
    }
    for (let i = 0; i < 2; i++) await provider.drop(later)
    expect(fake.rooms.size).toBe(0)
  })

  it('gives each person a token for the room, the role and the time', async () => {
    const provider = providerOf()
    const reference = await provider.prepare(room)
    const tokenOf = async (role: 'patient' | 'doctor', name: string) => {
      const address = new URL((await provider.joinUrl({ ...room, reference }, { role, name })) as string)
      expect(`${address.origin}${address.pathname}`).toBe(reference)
      return fake.tokens.get(address.searchParams.get('t') ?? '')
    }
    const times = { room_name: room.room, nbf: seconds(room.opensAt), exp: seconds(room.closesAt) }
    expect(await tokenOf('patient', 'Vera')).toMatchObject({ ...times, is_owner: false, user_name: 'Vera' })
    expect(await tokenOf('doctor', 'Dr. Anna')).toMatchObject({ ...times, is_owner: true, user_name: 'Dr. Anna' })
  })

  it('has one room after an answer was lost and the attempt is repeated', async () => {
    fake.mood = 'answer_lost'
    await expect(providerOf().prepare(room)).rejects.toThrow()
    fake.mood = 'works'
    await providerOf().prepare(room)
    expect(fake.rooms.size).toBe(1)
  })

  it('is reported when it answers with an error, or not at all', async () => {
    fake.mood = 'error'
    await expect(providerOf().prepare(room)).rejects.toThrow('Daily answered 500 server-error')
    await expect(providerOf().drop(room)).rejects.toThrow('Daily answered 500')
    fake.mood = 'silent'
    await expect(providerOf(50).prepare(room)).rejects.toThrow(/timeout/)
    fake.mood = 'works'
    const wrongKey = daily({ apiKey: 'wrong', apiUrl: fake.url })
    await expect(wrongKey.prepare(room)).rejects.toThrow('Daily answered 401 authentication-error')
  })
})
