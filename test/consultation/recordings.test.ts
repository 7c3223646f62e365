import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createRecordingStore, originOfStore, type RecordingStore } from '../../src/consultation/recordings.ts'
import { startS3, unreachableStore } from '../helpers/external/s3.ts'

// The storage of recordings, with an S3 server that checks signatures.

let s3: Awaited<ReturnType<typeof startS3>>
let store: RecordingStore
beforeAll(async () => {
  s3 = await startS3(['recordings', 'recordings-7', 'recordings-8'])
  store = createRecordingStore({ recordings: s3.settings }) as RecordingStore
})
afterAll(() => s3?.close())

const type = 'video/mp4'
const file = { contentType: type, bytes: 5 }
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)
const put = (url: string, body = 'hello', contentType = type) =>
  fetch(url, { method: 'PUT', body, headers: { 'content-type': contentType } })

describe('the storage of recordings', () => {
  it('takes the announced file by its link, and gives it back by another', async () => {
    const key = '7/there-and-back'
    expect(await store.sizeOf(key)).toBeNull()
    expect((await put(await store.uploadUrl(key, file, inSeconds(60)))).status).toBe(200)
    expect(await store.sizeOf(key)).toBe(5)
    const given = await fetch(
      await store.downloadUrl(key, { contentType: type, name: 'recording-3.mp4' }, inSeconds(60)),
    )
    expect(await given.text()).toBe('hello')
    expect(given.headers.get('content-type')).toBe(type)
    expect(given.headers.get('content-disposition')).toBe('attachment; filename="recording-3.mp4"')
  })

  it('refuses by its link another size, another kind, another object, another method, and an altered time', async () => {
    const key = '7/as-announced'
    const url = await store.uploadUrl(key, file, inSeconds(60))
    const refused = [
      await put(url, 'hello!'),
      await put(url, 'hell'),
      await put(url, 'hello', 'text/html'),
      await put(url.replace('as-announced', 'another')),
      await put(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')),
      await fetch(url),
    ]
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
    expect(await store.sizeOf(key)).toBeNull()
    const download = await store.downloadUrl(key, { contentType: type, name: 'a.mp4' }, inSeconds(60))
    expect((await put(download)).status).toBe(403)
  })

  it('signs links that end with the time that is asked for, and never after an hour', async () => {
    const expires = async (seconds: number) =>
      Number(new URL(await store.uploadUrl('7/x', file, inSeconds(seconds))).searchParams.get('X-Amz-Expires'))
    expect(Math.abs((await expires(300)) - 300)).toBeLessThanOrEqual(30)
    expect(await expires(86_400)).toBe(3600)
    expect(await expires(-5)).toBe(1)
  })

  it('deletes an object, also one that does not exist', async () => {
    const key = '7/gone'
    await put(await store.uploadUrl(key, file, inSeconds(60)))
    for (let i = 0; i < 2; i++) await store.remove(key)
    expect(await store.sizeOf(key)).toBeNull()
  })

  it('gives each clinic a bucket of its own if the setting says so', async () => {
    const own = createRecordingStore({
      recordings: { ...s3.settings, bucket: 'recordings-{clinic}' },
    }) as RecordingStore
    expect((await put(await own.uploadUrl('7/own', file, inSeconds(60)))).status).toBe(200)
    expect(await own.sizeOf('7/own')).toBe(5)
    expect(await own.sizeOf('8/own')).toBeNull()
    const url = await own.downloadUrl('8/own', { contentType: type, name: 'a.mp4' }, inSeconds(60))
    expect(new URL(url).pathname).toBe('/recordings-8/8/own')
  })

  it('reports a key that is not accepted, and a storage that does not answer', async () => {
    const stranger = createRecordingStore({
      recordings: { ...s3.settings, secretAccessKey: 'wrong' },
    }) as RecordingStore
    await expect(stranger.remove('7/x')).rejects.toThrow()
    const away = createRecordingStore({ recordings: unreachableStore }) as RecordingStore
    await expect(away.sizeOf('7/x')).rejects.toThrow()
    await expect(away.remove('7/x')).rejects.toThrow()
  })

  it('is at AWS unless another address is set, and at one origin for all clinics', () => {
    expect(originOfStore({ ...s3.settings, url: undefined, region: 'eu-central-1' })).toBe(
      'https://s3.eu-central-1.amazonaws.com',
    )
    expect(originOfStore({ ...s3.settings, url: 'https://s3.clinic.example/store' })).toBe('https://s3.clinic.example')
    expect(createRecordingStore({})).toBeUndefined()
  })
})
