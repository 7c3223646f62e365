import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { createProviders } from '../../src/consultation/providers.ts'
import { createRecordingStore, type RecordingStore } from '../../src/consultation/recordings.ts'
import { taskList } from '../../src/worker/task_list.ts'
import type { ClonedDatabase } from '../helpers/database/cluster.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { startS3, unreachableStore } from '../helpers/external/s3.ts'
import { work as workOff } from '../helpers/programs/work.ts'
import { aRecordedVisit, aRecording, bothAgree, recordingsOf } from '../sql/consultation/recordings.ts'

// The job with an S3 server: uploads are found, files are deleted before their rows, whatever happens in between.

let database: ClonedDatabase
let pool: Pool
let s3: Awaited<ReturnType<typeof startS3>>
let store: RecordingStore
let db: Parameters<typeof aRecordedVisit>[0]

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
  s3 = await startS3(['recordings'])
  store = createRecordingStore({ recordings: s3.settings }) as RecordingStore
  // For ages(), which changes columns that otherwise never change.
  await pool.query('alter table app_public.recordings disable trigger recordings_stay_what_they_are')
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
  await s3?.close()
})

/** Runs the job, as if the time of the next attempt had come for recordings that are not stored. */
async function work(storage: RecordingStore | undefined = store) {
  await pool.query("update app_public.recordings set retry_at = now() where state <> 'stored'")
  const tasks = taskList({}, 'https://book.test', undefined, createProviders({}), storage)
  expect(await workOff(pool, tasks, 'keep_recordings')).toEqual([])
}

/** Makes a recording older. */
const ages = (id: string, by: string) =>
  pool.query(
    `update app_public.recordings set created_at = created_at - $2::interval, upload_until = upload_until - $2::interval,
       patient_agreed_at = patient_agreed_at - $2::interval, doctor_agreed_at = doctor_agreed_at - $2::interval,
       delete_at = delete_at - $2::interval, retry_at = retry_at - $2::interval where id = $1`,
    [id, by],
  )

async function anUpload() {
  const visit = await aRecordedVisit(db)
  await bothAgree(db, visit)
  const recording = await aRecording(db, visit)
  const upload = async () => {
    const url = await store.uploadUrl(
      recording.object_key,
      { contentType: 'video/mp4', bytes: 5 },
      new Date(Date.now() + 600_000),
    )
    const { status } = await fetch(url, { method: 'PUT', body: 'hello', headers: { 'content-type': 'video/mp4' } })
    expect(status).toBe(200)
  }
  const now = async () => (await recordingsOf(db, visit))[0]
  return { visit, ...recording, upload, now, size: () => store.sizeOf(recording.object_key) }
}
const remove = (id: string) =>
  pool.query(`update app_public.recordings set state = 'removing', retry_at = now() where id = $1`, [id])

it('stores a recording when its file is there, and not before', async () => {
  const { upload, now } = await anUpload()
  await work()
  expect(await now()).toMatchObject({ state: 'uploading', last_error: null })
  await upload()
  await work()
  expect(await now()).toMatchObject({ state: 'stored', last_error: null })
})

it('deletes the file of a recording that is as old as the clinic keeps it, then the row', async () => {
  const { id, upload, now, size } = await anUpload()
  await upload()
  await work()
  await ages(id, '29 days')
  await work()
  expect(await now()).toMatchObject({ state: 'stored' })
  expect(await size()).toBe(5)
  await ages(id, '1 day')
  await work()
  expect(await size()).toBeNull()
  expect(await now()).toBeUndefined()
  await work()
})

it('deletes again what a link for an upload brings back after the recording was removed', async () => {
  const { id, upload, now, size } = await anUpload()
  await remove(id)
  await work()
  await upload()
  expect(await size()).toBe(5)
  await ages(id, '24 hours')
  await work()
  expect(await size()).toBeNull()
  expect(await now()).toMatchObject({ state: 'removing' })
  await upload()
  await ages(id, '1 hour')
  await work()
  expect(await size()).toBeNull()
  expect(await now()).toBeUndefined()
})

it('keeps the row while the storage does not answer or is not set up, and deletes the file as soon as it does', async () => {
  const { id, upload, now, size } = await anUpload()
  await upload()
  await work()
  await remove(id)
  await ages(id, '2 days')
  await work(createRecordingStore({ recordings: unreachableStore }))
  expect(await now()).toMatchObject({ state: 'removing', last_error: expect.stringMatching(/ECONNREFUSED|Error/) })
  expect(await size()).toBe(5)
  await pool.query("update app_public.recordings set retry_at = now() where state <> 'stored'")
  const without = taskList({}, 'https://book.test', undefined, createProviders({}), undefined)
  expect(await workOff(pool, without, 'keep_recordings')).toEqual([])
  expect(await now()).toMatchObject({ state: 'removing', last_error: 'Error: the operator has not set S3_BUCKET' })
  await work()
  expect(await now()).toBeUndefined()
  expect(await size()).toBeNull()
})

it('deletes the file when the row was kept because the worker died between the two', async () => {
  const { id, object_key, upload, now } = await anUpload()
  await upload()
  await work()
  await remove(id)
  await ages(id, '2 days')
  await store.remove(object_key)
  await work()
  expect(await now()).toBeUndefined()
})

it('deletes the files of a person who is erased', async () => {
  const { visit, id, upload, now, size } = await anUpload()
  await upload()
  await work()
  await db.query('select app_public.erase_customer($1)', [visit.customer.customerId])
  await work()
  expect(await size()).toBeNull()
  await ages(id, '2 days')
  await work()
  expect(await now()).toBeUndefined()
})
