import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifests } from '../../../src/graphql/trusted_documents.ts'
import { StartError } from '../../../src/process/settings.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { serverUrlOf } from '../../helpers/database/cluster.ts'
import { listening, publishAll } from '../../helpers/database/live.ts'
import type { Answer } from '../../helpers/programs/graphql.ts'
import { runToEnd, startServer } from '../../helpers/programs/program.ts'
import { globalOf } from '../../helpers/shards/sharded_owner.ts'
import { type Served, serve } from '../served.ts'

const counted = '{ clinics { totalCount } }'
const day = `subscription ($clinicId: BigInt!) { clinicDay(clinicId: $clinicId) { bookingSlots { id status } } }`
const untrusted = '{ clinics { nodes { id } } }'
const idOf = (text: string) => createHash('sha256').update(text).digest('hex')

let folder: string
let served: Served
/** Writes a manifest and returns its path. */
const manifest = async (name: string, content: unknown) => {
  const file = join(folder, `${name}.json`)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
let trusting: string
/** How many rows anybody sees; those of other files, too, when these have the same databases. */
let seen: Record<'clinics' | 'specializations', number>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medislot-manifests-'))
  trusting = await manifest('counted', { [`sha256:${idOf(counted)}`]: counted })
  served = await serve({ manifests: [trusting, await manifest('day', { [idOf(day)]: day })] })
  const count = async (table: string) =>
    (await globalOf(served.owner).one<{ n: number }>(`select count(*)::int as n from app_public.${table}`)).n
  seen = { clinics: await count('clinics where is_active'), specializations: await count('specializations') }
})
afterAll(async () => {
  await served.stop()
  await rm(folder, { recursive: true })
})

async function post(body: object, url = served.url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as Answer) }
}

/** The first answer over a WebSocket. */
async function overWebSocket(document: string | Record<string, unknown>) {
  const subscription = served.subscribe(document, {}, {})
  const answer = await subscription.next()
  await subscription.close()
  return answer
}

const persisted = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

const asked: [string, { query: string } | { documentId: string } | ReturnType<typeof persisted>][] = [
  ['by its text', { query: counted }],
  ['by its id', { documentId: `sha256:${idOf(counted)}` }],
  ['by its id without the prefix', { documentId: idOf(counted) }],
  ['by its hash, as clients of persisted queries do', persisted(idOf(counted))],
  ['by its hash beside its text', { query: counted, ...persisted(idOf(counted)) }],
]

test.each(asked)('a trusted document is executed, requested by %s', async (_how, body) => {
  const data = { clinics: { totalCount: seen.clinics } }
  expect(await post(body)).toEqual({ status: 200, data })
  expect(await overWebSocket('query' in body ? body.query : body)).toEqual({ data })
})

const refused: [string, string | { documentId: string }][] = [
  ['another text', untrusted],
  ['a trusted one with a space', `${counted} `],
  ['what is no document', '{'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['an unknown id', { documentId: `sha256:${idOf(untrusted)}` }],
  ['an id that is the name of a property', { documentId: 'constructor' }],
  ['a text as its id', { documentId: counted }],
]

test.each(refused)('%s is refused before it is parsed', async (_what, document) => {
  const errors = [expect.objectContaining({ extensions: { code: 'document_not_trusted' } })]
  expect(await post(typeof document === 'string' ? { query: document } : document)).toEqual({ status: 400, errors })
  expect(await overWebSocket(document)).toEqual({ errors })
})

test.each([
  ['nothing', {}],
  ['no text', { query: 5 }],
  ['an unknown hash', persisted(idOf(untrusted))],
  ['an unknown hash beside a trusted text', { query: counted, ...persisted(idOf(untrusted)) }],
  ['an untrusted text beside the hash of another', { query: untrusted, ...persisted('constructor') }],
  ['a hash that is no text', persisted(7)],
  ['no persisted query', { extensions: { persistedQuery: null } }],
  ['an unknown id beside a trusted text', { documentId: idOf(untrusted), query: counted }],
])('%s is refused', async (_what, body) => {
  expect(await post(body)).toMatchObject({ status: 400, errors: [{ extensions: { code: 'document_not_trusted' } }] })
})

test.each<[string, string | { documentId: string }]>([
  ['text', day],
  ['id', { documentId: `sha256:${idOf(day)}` }],
])('a trusted subscription is executed, requested by its %s', async (_how, document) => {
  const { owner } = served
  const { clinicId, doctorId, receptionist } = await aPractice(owner)
  const authorization = `Bearer ${await served.tokenOf(receptionist.claims)}`
  await publishAll(owner)
  const subscription = served.subscribe(document, { clinicId }, { authorization })
  const answer = subscription.next()
  await listening(owner, clinicId)
  const id = await aSlot(owner, clinicId, doctorId, 30)
  await publishAll(owner)
  expect(await answer).toEqual({ data: { clinicDay: { bookingSlots: [{ id, status: 'OPEN' }] } } })
  await subscription.close()
})

test('callers in this process may run any document', async () => {
  const document = '{ specializations { totalCount } }'
  expect(await served.graphql.run({ document, claims: {} })).toEqual({
    data: { specializations: { totalCount: seen.specializations } },
  })
})

test('a server with trusted documents serves REST as before', async () => {
  const server = await startServer(serverUrlOf(served.database), { TRUSTED_DOCUMENTS: trusting })
  expect((await fetch(`${server.url}/api/clinics`)).status).toBe(200)
  expect((await post({ query: counted }, server.url)).status).toBe(200)
  expect((await post({ query: untrusted }, server.url)).status).toBe(400)
  await server.stop()
})

describe("a manifest with an error is refused with the error's name", () => {
  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /cannot be read: /],
    ['a list', [counted], /must hold an object/],
    ['nothing', null, /must hold an object/],
    ['a wrong id', { [idOf(untrusted)]: counted }, /[0-9a-f]{64}: is not the SHA-256/],
    ['what is no text', { [idOf(counted)]: { text: counted } }, /is not the SHA-256/],
    ['what is no document', { [idOf('{')]: '{' }, /: Syntax Error/],
    ['what the schema has not', { [idOf('{ dogs }')]: '{ dogs }' }, /: Cannot query field "dogs"/],
  ])('%s', async (_fault, content, message) => {
    const file = await manifest('faulty', content)
    const reading = readManifests([trusting, file], served.graphql.check)
    await expect(reading).rejects.toThrow(StartError)
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toThrow(`TRUSTED_DOCUMENTS: ${file}`)
  })

  test('all errors are reported', async () => {
    const file = await manifest('faulty', { a: counted, b: counted })
    await expect(readManifests([file], served.graphql.check)).rejects.toThrow(/: a: .*\n.*: b: /)
  })

  test('and the server does not start', async () => {
    const env = { DATABASE_URL: serverUrlOf(served.database), TRUSTED_DOCUMENTS: join(folder, 'none.json') }
    const { code, stdout, stderr } = await runToEnd('server', { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^TRUSTED_DOCUMENTS: .*none\.json cannot be read: ENOENT/m)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})
