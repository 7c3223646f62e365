import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { jwtVerify } from 'jose'
import { type FakeDaily, fakeDaily } from '../../helpers/external/daily.ts'
import { anOnlinePractice, bookOnline, joinToken, prepareAll } from '../../sql/consultation/online.ts'
import { type Served, serve } from '../served.ts'

// Joining an online visit through the API: the database decides who joins which room, the server makes the address.

const jitsi = { url: 'https://meet.test', appId: 'medislot', secret: 'a secret of 32 characters, 0123456789' }
let served: Served
let fake: FakeDaily
beforeAll(async () => {
  fake = await fakeDaily()
  served = await serve({ jitsi, daily: { apiKey: fake.apiKey, apiUrl: fake.url } } as never)
})
afterAll(async () => {
  await served?.stop()
  await fake?.close()
})
beforeEach(() => {
  fake.mood = 'works'
})

const entry = 'consultationEntry { phase joinUrl patientCameAt doctorCameAt }'

async function aVisit(provider: string) {
  const practice = await anOnlinePractice(served.owner)
  await served.owner.query('update app_public.policies set consultation_provider = $2 where clinic_id = $1', [
    practice.clinicId,
    provider,
  ])
  const { id } = await bookOnline(served.owner, practice, practice.slotId)
  const token = await joinToken(served.owner, id)
  // biome-ignore lint/suspicious/noExplicitAny: what the document asks for.
  const run = async (document: string, variables: object, claims: object = {}): Promise<any> => {
    const { data, errors } = await served.graphql.run({
      document,
      variables: variables as never,
      claims: claims as never,
    })
    return errors ? { refused: errors[0]?.extensions.code } : Object.values(data as object)[0].consultationEntry
  }
  const byLink = (name: 'joinByLink' | 'consultationByLink') =>
    run(`mutation Join($token: String!) { ${name}(input: { token: $token }) { ${entry} } }`, { token })
  return {
    ...practice,
    id,
    look: () => byLink('consultationByLink'),
    join: () => byLink('joinByLink'),
    enter: () =>
      run(
        `mutation Enter($clinicId: BigInt!, $bookingId: BigInt!) {
          enterConsultation(input: { clinicId: $clinicId, bookingId: $bookingId }) { ${entry} }
        }`,
        { clinicId: practice.clinicId, bookingId: id },
        practice.receptionist.claims,
      ),
  }
}

describe('joining an online visit', () => {
  it('at Jitsi gives patient and clinic a token for this room, their role, and the time of the visit', async () => {
    const visit = await aVisit('jitsi')
    expect(await visit.join()).toEqual({ refused: 'consultation_not_ready' })
    await prepareAll(served.owner)
    expect(await visit.look()).toEqual({ phase: 'OPEN', joinUrl: null, patientCameAt: null, doctorCameAt: null })
    const consultation = await served.owner.one('select * from app_public.consultations where booking_id = $1', [
      visit.id,
    ])
    const claimsOf = async ({ joinUrl }: { joinUrl: string }) => {
      const { origin, pathname, searchParams } = new URL(joinUrl)
      expect(origin + pathname).toBe(`https://meet.test/${consultation.room}`)
      const key = new TextEncoder().encode(jitsi.secret)
      const { payload } = await jwtVerify(searchParams.get('jwt') ?? '', key, { audience: 'jitsi', issuer: 'medislot' })
      return payload as { room: string; nbf: number; exp: number; context: { user: { affiliation: string } } }
    }
    const seconds = (date: unknown) => Math.floor((date as Date).getTime() / 1000)
    const joined = await visit.join()
    expect(joined.patientCameAt).not.toBeNull()
    const patient = await claimsOf(joined)
    expect([patient.room, patient.nbf, patient.exp, patient.context.user.affiliation]).toEqual([
      consultation.room,
      seconds(consultation.opens_at),
      seconds(consultation.closes_at),
      'member',
    ])
    expect((await claimsOf(await visit.enter())).context.user.affiliation).toBe('owner')
    expect(await visit.look()).toMatchObject({ joinUrl: null, doctorCameAt: expect.any(String) })
  })

  it('at Daily reports that the service does not answer, and works with the same link when it does', async () => {
    const visit = await aVisit('daily')
    const { room } = await served.owner.one('select room from app_public.consultations where booking_id = $1', [
      visit.id,
    ])
    fake.rooms.set(room as string, { name: room as string, privacy: 'private', properties: {} as never })
    await prepareAll(served.owner)
    fake.mood = 'error'
    expect(await visit.join()).toEqual({ refused: 'consultation_unavailable' })
    fake.mood = 'works'
    const { joinUrl } = await visit.join()
    const token = fake.tokens.get(new URL(joinUrl).searchParams.get('t') ?? '')
    expect(token).toMatchObject({ room_name: room, is_owner: false })
  })

  it('without a provider only shows who is present', async () => {
    const visit = await aVisit('presence')
    await prepareAll(served.owner)
    expect(await visit.join()).toMatchObject({ phase: 'OPEN', joinUrl: null, patientCameAt: expect.any(String) })
    expect(await visit.enter()).toMatchObject({ joinUrl: null, doctorCameAt: expect.any(String) })
  })
})
