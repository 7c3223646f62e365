import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findByDocument, rotateKeys, storeDocument } from '../../src/identity/documents.ts'
import { KeyRing } from '../../src/identity/key_ring.ts'
import { aCustomer, aDoctor, aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { expectRefusal } from '../helpers/database/database.ts'
import { identityProgram } from '../helpers/programs/identity_program.ts'

const key = () => randomBytes(32).toString('base64')
const passport = { kind: 'passport', country: 'DE', number: 'C01X00T47' } as const

let database: ClonedDatabase
let db: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterEach(async () => {
  await db?.close()
  await database?.drop()
})

/** What the server is sent while `work` runs: every statement with its values, as text. */
async function sent(work: () => Promise<unknown>): Promise<string> {
  const query = db.client.query
  const seen: unknown[] = []
  Object.assign(db.client, {
    query(...args: unknown[]) {
      seen.push(args)
      return Reflect.apply(query, db.client, args)
    },
  })
  await work()
  Object.assign(db.client, { query })
  return JSON.stringify(seen, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  )
}

describe('identity documents', () => {
  it('are stored for a customer and found by their number, which no statement contains', async () => {
    const ring = new KeyRing(`one:${key()}`)
    const { customerId } = await aCustomer(db)
    let human = ''
    const text = await sent(async () => {
      human = await storeDocument(db.client, ring, passport, { customerId })
      expect(await findByDocument(db.client, ring, { ...passport, number: 'c01x 00t47' })).toBe(human)
      expect(await findByDocument(db.client, ring, { ...passport, number: 'C01X00T48' })).toBeUndefined()
    })
    expect(text).toContain('store_human_document')
    expect(text).not.toContain(passport.number)
    expect(await db.query('select id from app_public.customers where human_id = $1', [human])).toEqual([
      { id: customerId },
    ])
    // Again changes nothing.
    await storeDocument(db.client, ring, passport, { customerId })
    expect(await db.query('select human_id from app_private.human_documents')).toEqual([{ human_id: human }])
  })

  it('with the same number belong to the same human', async () => {
    const ring = new KeyRing(`one:${key()}`)
    const [first, second] = [await aCustomer(db), await aCustomer(db)]
    await storeDocument(db.client, ring, passport, first)
    await expectRefusal(storeDocument(db.client, ring, passport, second), 'document_of_another_human')
  })

  it('are encrypted again with a new key, and can be found before, during and after that', async () => {
    const [old, fresh] = [`old:${key()}`, `new:${key()}`]
    const { customerId } = await aCustomer(db)
    const human = await storeDocument(db.client, new KeyRing(old), passport, { customerId })
    const both = new KeyRing(`${fresh},${old}`)
    expect(await findByDocument(db.client, both, passport)).toBe(human)
    expect(await rotateKeys(db.client, both)).toBe(1)
    expect(await rotateKeys(db.client, both)).toBe(0)
    expect(await db.query('select key_id from app_private.human_documents')).toEqual([{ key_id: 'new' }])
    expect(await findByDocument(db.client, new KeyRing(fresh), passport)).toBe(human)
    expect(await findByDocument(db.client, new KeyRing(old), passport)).toBeUndefined()
    // Without the old key the rest cannot be read.
    await storeDocument(db.client, new KeyRing(old), { ...passport, number: 'X1' }, { customerId })
    await expect(rotateKeys(db.client, new KeyRing(fresh))).rejects.toThrow('no key old')
  })

  it('are for administrators only', async () => {
    const { manager, customer, receptionist } = await aPractice(db)
    for (const { claims } of [manager, customer, receptionist])
      await expectRefusal(
        db.request(claims, () => findByDocument(db.client, new KeyRing(`one:${key()}`), passport)),
        'insufficient_privilege',
      )
  })

  it('are erased with the person, and stay when the person is also a doctor', async () => {
    const ring = new KeyRing(`one:${key()}`)
    const { clinicId, customer } = await aPractice(db)
    const doctor = await aCustomer(db)
    await storeDocument(db.client, ring, passport, customer)
    const human = await storeDocument(db.client, ring, { ...passport, number: 'D2' }, doctor)
    const doctorId = await aDoctor(db, clinicId)
    await db.query('select app_hidden.set_human($1, clinic_id => $2, doctor_id => $3)', [human, clinicId, doctorId])
    for (const { customerId } of [customer, doctor])
      await db.query('select app_public.erase_customer($1)', [customerId])
    expect(await db.query('select human_id from app_private.human_documents')).toEqual([{ human_id: human }])
    expect(await db.query('select id from app_private.humans')).toEqual([{ id: human }])
  })
})

const identity = (args: string[], line: string, keys: string) =>
  identityProgram(database.url, args, { env: { IDENTITY_KEYS: keys }, line })

it('npm run identity stores and finds a document, rotates keys, and explains its arguments', async () => {
  const [old, fresh] = [`old:${key()}`, `new:${key()}`]
  const { customerId } = await aCustomer(db)
  const document = ['--kind', 'passport', '--country', 'DE']
  const stored = await identity(['store', ...document, '--customer', customerId], passport.number, old)
  expect(stored).toEqual({ code: 0, out: expect.stringMatching(/^human \d+\n$/) })
  expect(await identity(['find', ...document], passport.number, `${fresh},${old}`)).toEqual(stored)
  expect(await identity(['rotate'], '', `${fresh},${old}`)).toEqual({
    code: 0,
    out: '1 documents are encrypted under the key new now.\n',
  })
  expect(await identity(['find', ...document], passport.number, fresh)).toEqual(stored)
  expect(await identity(['find', ...document], 'C9', fresh)).toEqual({ code: 0, out: 'not stored\n' })
  const wrong = await identity(['store', ...document, '--customer', '0'], 'C9', fresh)
  expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('no such customer') })
  expect(await identity(['find', '--kind', 'pass'], '', fresh)).toMatchObject({
    code: 1,
    out: expect.stringContaining('Usage:'),
  })
})
