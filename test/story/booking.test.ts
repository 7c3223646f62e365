import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { oneBooking, oneCalendar, oneOffer } from './one_booking.ts'

// The tour: one booking, from the request to the row, the message and the cancellation, in the program as a user starts it,
// with its embedded PostgreSQL, its demo clinics and its worker. Read its steps (one_booking.ts) beside the path in the README:
//
//   src/server/start_server.ts → src/graphql/instance.ts → src/request/service.ts → src/request/transaction.ts
//   → sql/identity/requests/begin_request.sql → sql/booking/api/book_slot.sql
//   → sql/notification/queue/queue_notifications.sql → src/worker/tasks/send_notifications.ts

let program: Program
let dataDir: string
let dba: Client

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medislot-story-'))
  program = await startProgram('main', { env: { MEDISLOT_DATA_DIR: dataDir } })
  dba = new Client({ connectionString: /psql: (\S+)/.exec(program.readyLine)?.[1] })
  await dba.connect()
})

afterAll(async () => {
  await dba?.end()
  expect(await program?.stop()).toBe(0)
  await rm(dataDir, { recursive: true, force: true })
})

it('Ann books an appointment, gets a confirmation, and cancels', () =>
  oneBooking({ url: program.url, databaseOf: () => dba, untilFound: async () => undefined }))

it('Bob waits for a time that is booked; when it is given up, he gets a message and takes it before anyone else can', () =>
  oneOffer({ url: program.url, databaseOf: () => dba }))

it('a doctor has a calendar elsewhere, and the worker makes its busy times absences', () => oneCalendar(program.url))

it('no time was freed without an offer while somebody waited for it', async () => {
  expect((await dba.query('select * from app_private.freed_slots_not_offered')).rows).toEqual([])
})
