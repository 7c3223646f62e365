import { aCustomer, aPractice, aSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { listening, publishAll } from '../helpers/database/live.ts'
import { describeWithProgram } from '../helpers/postgresql/debian.ts'
import { type Pooler, startPgBouncer } from '../helpers/postgresql/pgbouncer.ts'
import { dataOf, expectGraphQLRefusal, graphqlClient } from '../helpers/programs/graphql.ts'
import { query } from '../helpers/programs/installation.ts'
import { type Program, runToEnd, startServer } from '../helpers/programs/program.ts'
import { subscription } from '../helpers/programs/subscription.ts'
import { tokenOf, tokenSettings } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { fewAtOnce } from '../helpers/time/few_at_once.ts'

// The server behind a real PgBouncer in transaction mode: each transaction may run in another session.
describeWithProgram('pgbouncer', 'pgbouncer', (program) => {
  let database: ClonedDatabase
  let owner: Connection
  let pooler: Pooler
  let server: Program
  let practice: Awaited<ReturnType<typeof aPractice>>

  beforeAll(async () => {
    database = await cloneDatabase()
    owner = await connect(database.url)
    practice = await aPractice(owner)
    pooler = await startPgBouncer(program, [database.serverUrl, database.url])
    server = await startServer(pooler.through(database.serverUrl), {
      NODE_ENV: 'production',
      LISTEN_DATABASE_URL: database.serverUrl,
      JWT_SECRET: tokenSettings.jwtSecret,
      POOL_SIZE: '10',
      STATEMENT_TIMEOUT_MS: '2000',
    })
  })
  afterAll(async () => {
    const code = await server?.stop()
    await pooler?.stop()
    await owner?.close()
    await database?.drop()
    expect(code).toBe(0)
  })

  test('a request that the caller aborts is cancelled in PostgreSQL', async () => {
    // Without a statement timeout, which would also cancel it.
    const patient = await startServer(pooler.through(database.serverUrl), {
      LISTEN_DATABASE_URL: database.serverUrl,
      JWT_SECRET: tokenSettings.jwtSecret,
      STATEMENT_TIMEOUT_MS: '120000',
    })
    const waiting = async () => {
      const { waiting } = await owner.one<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return waiting
    }
    const locker = await connect(database.url)
    await locker.query('begin; lock table app_public.clinics in access exclusive mode')
    const caller = new AbortController()
    const asked = fetch(`${patient.url}/api/clinics`, { signal: caller.signal }).catch(() => 'gone')
    await eventually(async () => (await waiting()) === 1, 'a statement that waits for the lock')
    caller.abort()
    expect(await asked).toBe('gone')
    await eventually(async () => (await waiting()) === 0, 'the statement to be cancelled')
    await locker.query('rollback')
    await locker.close()
    expect((await fetch(`${patient.url}/api/clinics`)).status).toBe(200)
    expect(await patient.stop()).toBe(0)
  })

  test('the server is ready, and reads and books by GraphQL and REST', async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const ann = graphqlClient(server.url, await tokenOf(practice.customer.claims))
    const document = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { status } } }'
    const input = { clinicId: practice.clinicId, bookingSlotId: practice.slotId }
    expect(await dataOf(ann(document, { input }))).toEqual({ bookSlot: { booking: { status: 'BOOKED' } } })

    // Sign-in uses separate connections.
    const signIn = `mutation {
      signIn(input: { email: "nobody@test.example", password: "a wrong password" }) { clientMutationId }
    }`
    await expectGraphQLRefusal(graphqlClient(server.url)(signIn), 'wrong_credentials')

    const slot = await aSlot(owner, practice.clinicId, practice.doctorId, 90)
    const headers = {
      authorization: `Bearer ${await tokenOf(practice.customer.claims)}`,
      'idempotency-key': 'through-the-pooler',
    }
    const book = () => fetch(`${server.url}/api/bookingSlots/${slot}/book`, { method: 'POST', headers })
    const [first, again] = [await book(), await book()]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(await again.text()).toBe(await first.text())
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })

  test('callers who share its sessions do not get each other’s rows', async () => {
    const customers = [practice.customer, await aCustomer(owner), await aCustomer(owner)]
    const clients = await Promise.all(
      customers.map(async ({ claims }) => graphqlClient(server.url, await tokenOf(claims))),
    )
    const anybody = graphqlClient(server.url)
    const bookings = 'bookings { nodes { customerId } }'
    await fewAtOnce(Array(150).keys(), async (i) => {
      const mine = customers[i % 4]
      const answer = await dataOf<{
        currentPerson: { accountId: string } | null
        bookings?: { nodes: { customerId: string }[] }
      }>((clients[i % 4] ?? anybody)(`{ currentPerson { accountId } ${mine ? bookings : ''} }`))
      expect(answer.currentPerson?.accountId).toBe(mine?.accountId)
      for (const { customerId } of answer.bookings?.nodes ?? []) expect(customerId).toBe(mine?.customerId)
    })
    // Settings of requests and of the server do not stay in the sessions.
    const left = `select current_user::text as "user", current_setting('statement_timeout') as timeout,
      coalesce(current_setting('medislot.claims', true), '') as claims,
      (select count(*)::int from pg_prepared_statements) as prepared`
    expect(await query(pooler.through(database.serverUrl), left)).toEqual([
      { user: 'app_authenticator', timeout: '0', claims: '', prepared: 0 },
    ])
  })

  test('a statement that takes too long is cancelled, and its session can still be used', async () => {
    const anybody = graphqlClient(server.url)
    const clinics = () => anybody('{ clinics { totalCount } }')
    await owner.query('begin; lock table app_public.clinics in access exclusive mode')
    const { errors } = await clinics()
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['query_canceled'])
    await owner.query('rollback')
    expect(await dataOf(clinics())).toEqual({ clinics: { totalCount: 1 } })
  })

  test('subscribers get changes over the direct address of PostgreSQL', async () => {
    await publishAll(owner)
    const authorization = `Bearer ${await tokenOf(practice.receptionist.claims)}`
    const events = subscription(
      server.url,
      'subscription ($clinicId: BigInt!) { clinicDay(clinicId: $clinicId) { bookingSlots { id } } }',
      { clinicId: practice.clinicId },
      { authorization },
    )
    const next = events.next()
    await listening(owner, practice.clinicId)
    const slot = await aSlot(owner, practice.clinicId, practice.doctorId, 100)
    await publishAll(owner)
    expect((await next)?.data).toEqual({ clinicDay: { bookingSlots: [{ id: slot }] } })
    await events.close()
  })

  describe('an address through the pooler that has to be direct is refused with the setting to change', () => {
    // PgBouncer refuses these startup parameters unless it is configured to ignore them.
    test.each([{}, { ignore_startup_parameters: 'options' }])('configured with %j', async (settings) => {
      const other = await startPgBouncer(program, [database.serverUrl, database.url], settings)
      try {
        const run = (name: 'server' | 'worker' | 'migrate', url: string) =>
          runToEnd(name, { env: { DATABASE_URL: other.through(url) } })
        for (const [name, url] of [
          ['server', database.serverUrl],
          ['worker', database.url],
          ['migrate', database.url],
        ] as const) {
          const { code, stdout, stderr } = await run(name, url)
          expect([name, code, stdout]).toEqual([name, 1, ''])
          expect(stderr).toMatch(/^DATABASE_URL: a connection pooler .*Behind PgBouncer/m)
        }
        const asOwner = { DATABASE_URL: other.through(database.url), LISTEN_DATABASE_URL: database.url }
        const { code, stderr } = await runToEnd('server', { env: asOwner })
        expect(code).toBe(1)
        expect(stderr).toMatch(/^DATABASE_URL: the HTTP server must be app_authenticator, but it is medislot/m)
      } finally {
        await other.stop()
      }
    })
  })
})
