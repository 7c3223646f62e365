import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startS3 } from '../../helpers/external/s3.ts'
import { joinToken } from '../../sql/consultation/online.ts'
import { aRecordedVisit, keepAll, recordingsOf } from '../../sql/consultation/recordings.ts'
import { type Served, serve } from '../served.ts'

// A recording through the API, from the consent to the download: the database decides, the server signs, S3 stores.

let served: Served
let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3(['recordings'])
  served = await serve({ recordings: s3.settings })
})
afterAll(async () => {
  await served?.stop()
  await s3?.close()
})

const agree = `mutation ($clinicId: BigInt!, $id: BigInt!, $agrees: Boolean) {
  agreeToRecording(input: { clinicId: $clinicId, bookingId: $id, agrees: $agrees }) {
    recordingConsent { patientAgreedAt doctorAgreedAt patientWithdrewAt }
  }
}`
const begin = `mutation ($clinicId: BigInt!, $id: BigInt!) {
  beginRecording(input: { clinicId: $clinicId, bookingId: $id, contentType: "video/mp4", bytes: "5" }) {
    recordingLink { recordingId url method expiresAt }
  }
}`
const open = `mutation ($clinicId: BigInt!, $id: BigInt!) {
  openRecording(input: { clinicId: $clinicId, recordingId: $id }) { recordingLink { url method } }
}`

/** Runs a mutation: what it returns, or the name of its refusal. */
async function run(from: Served, document: string, variables: object, claims: object = {}) {
  const { data, errors } = await from.graphql.run({
    document,
    variables: variables as never,
    claims: claims as never,
  })
  // biome-ignore lint/suspicious/noExplicitAny: what the document asks for.
  return errors ? { refused: errors[0]?.extensions.code } : (Object.values(data as any)[0] as any)
}

describe('a recording', () => {
  it('is agreed to by link and at the desk, uploaded, stored, and downloaded by both sides', async () => {
    const visit = await aRecordedVisit(served.owner)
    const { clinicId, id, doctor, customer } = visit
    const token = await joinToken(served.owner, id)
    expect(await run(served, begin, { clinicId, id }, doctor.claims)).toEqual({ refused: 'recording_not_agreed' })
    const byLink = await run(
      served,
      `mutation ($token: String!) { agreeToRecordingByLink(input: { token: $token }) {
        consultationEntry { isRecorded recordingsKeptFor { days } patientAgreedAt doctorAgreedAt } } }`,
      { token },
    )
    expect(byLink.consultationEntry).toEqual({
      isRecorded: true,
      recordingsKeptFor: { days: 30 },
      patientAgreedAt: expect.any(String),
      doctorAgreedAt: null,
    })
    await run(served, agree, { clinicId, id }, doctor.claims)
    const { recordingLink } = await run(served, begin, { clinicId, id }, doctor.claims)
    expect(recordingLink).toMatchObject({ method: 'PUT', url: expect.stringContaining(s3.settings.url as string) })
    const { recordingId } = recordingLink
    expect(await run(served, open, { clinicId, id: recordingId }, customer.claims)).toEqual({
      refused: 'recording_not_stored',
    })
    const put = { method: 'PUT', body: 'hello', headers: { 'content-type': 'video/mp4' } }
    expect((await fetch(recordingLink.url, put)).status).toBe(200)
    await keepAll(served.owner, { found: 5 })
    for (const { claims } of [doctor, customer]) {
      const opened = await run(served, open, { clinicId, id: recordingId }, claims)
      const file = await fetch(opened.recordingLink.url)
      expect(await file.text()).toBe('hello')
      expect(file.headers.get('content-disposition')).toBe(`attachment; filename="recording-${recordingId}.mp4"`)
    }
    expect(await run(served, open, { clinicId, id: recordingId }, visit.manager.claims)).toEqual({
      refused: 'recording_not_found',
    })
    const withdrawn = await run(served, agree, { clinicId, id, agrees: false }, customer.claims)
    expect(withdrawn.recordingConsent).toMatchObject({ patientWithdrewAt: expect.any(String) })
    expect(await run(served, open, { clinicId, id: recordingId }, doctor.claims)).toEqual({
      refused: 'recording_not_found',
    })
  })

  it('is refused, and leaves no row, when the operator has not set up a storage', async () => {
    const without = await serve()
    try {
      const visit = await aRecordedVisit(without.owner)
      const { clinicId, id, doctor, customer } = visit
      for (const { claims } of [doctor, customer]) await run(without, agree, { clinicId, id }, claims)
      expect(await run(without, begin, { clinicId, id }, doctor.claims)).toEqual({ refused: 'recordings_unavailable' })
      expect(await recordingsOf(without.owner, visit)).toEqual([])
    } finally {
      await without.stop()
    }
  })
})
