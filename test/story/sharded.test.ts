import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { clinicsOf } from '../../src/database/several_databases.ts'
import { caughtUp } from '../../src/shards/replication.ts'
import { type Installation, newInstallation } from '../helpers/programs/installation.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { oneBooking, oneCalendar, oneOffer } from './one_booking.ts'

// The same with shards: the demo clinics are in two of them, Ann is in the global database, and each has a worker.

let installation: Installation
let program: Program
/** Shard 1 first. */
const shards: Client[] = []

beforeAll(async () => {
  installation = await newInstallation()
  program = await startProgram('sharded', { env: { MEDISLOT_DATA_DIR: installation.dataDir } })
  for (const [, connectionString] of program.readyLine.matchAll(/shard \d: (\S+)/g)) {
    const shard = new Client({ connectionString })
    await shard.connect()
    shards.push(shard)
  }
})

afterAll(async () => {
  for (const shard of shards) await shard.end()
  expect(await program?.stop()).toBe(0)
  await installation.remove()
})

const numberOf = (clinicId: string) => Math.floor(Number(clinicId) / 1_000_000_000_000)
const databaseOf = (clinicId: string) => shards[numberOf(clinicId) - 1] as Client

it('Ann books an appointment in a shard, gets a confirmation from its worker, and cancels', async () => {
  expect(shards).toHaveLength(2)
  await oneBooking({
    url: program.url,
    databaseOf,
    async untilFound(clinicId) {
      expect(await caughtUp(databaseOf(clinicId), clinicsOf(numberOf(clinicId)))).toBe(true)
    },
  })
})

it('Bob waits for a time in a shard that is booked, and takes it when it is given up', () =>
  oneOffer({ url: program.url, databaseOf }))

it('a doctor has a calendar elsewhere, and the worker of the shard makes its busy times absences', () =>
  oneCalendar(program.url))
