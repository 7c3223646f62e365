import { execFileSync } from 'node:child_process'
import { Deadline } from '../../../src/request/deadline.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { ownerUrlOf } from '../../helpers/database/cluster.ts'
import { dataOf, expectGraphQLRefusal, type GraphQLClient } from '../../helpers/programs/graphql.ts'
import { databaseOf } from '../../helpers/shards/sharded_owner.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { fewAtOnce } from '../../helpers/time/few_at_once.ts'
import { type Served, serve } from '../served.ts'

let served: Served
let practice: Awaited<ReturnType<typeof aPractice>>
let ann: GraphQLClient

beforeAll(async () => {
  served = await serve({}, async (owner) => {
    await owner.query(`
      create function app_public.which_transaction(n int) returns text language sql stable as
        $$ select pg_backend_pid() || ' ' || virtualtransaction || ' ' || current_setting('transaction_isolation') || ' '
             || current_setting('transaction_read_only') from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid' $$;
      create function app_public.writes_secretly(n int) returns int language plpgsql stable security definer as $$
        begin execute 'insert into app_public.specializations (name) values (''x'')'; return 1; end $$;
      create function app_public.fails(n int) returns int language plpgsql stable as $$ begin return n / 0; end $$;
      create function app_public.settings_left() returns text language sql volatile as
        $$ select concat_ws(',', current_user, current_setting('medislot.account_id', true)) $$;
      create function app_public.adds_when_unlocked() returns int language plpgsql volatile security definer as $$
        begin
          perform pg_advisory_xact_lock(1);
          insert into app_public.specializations (name) values ('added');
          return 1;
        end $$;
      create function app_public.waits(n int) returns int language plpgsql stable as
        $$ begin perform pg_advisory_xact_lock_shared(2); return n; end $$;
      grant execute on function app_public.waits(int), app_public.which_transaction(int), app_public.writes_secretly(int), app_public.fails(int),
        app_public.settings_left(), app_public.adds_when_unlocked() to app_anonymous`)
  })
  practice = await aPractice(served.owner)
  ann = await served.as(practice.customer.claims)
})
afterAll(() => served.stop())

test('the statements of a query share one transaction, which is read-only', async () => {
  const data = await dataOf<Record<string, string>>(ann('{ a: whichTransaction(n: 1) b: whichTransaction(n: 2) }'))
  expect(data.a).toMatch(/repeatable read on$/)
  expect(data.b).toBe(data.a)
})

test('a query cannot write, whatever volatility a function declares', async () => {
  const { data, errors } = await ann('{ writesSecretly(n: 1) }')
  expect(data).toEqual({ writesSecretly: null })
  expect(errors).toHaveLength(1)
  expect(await served.owner.query(`select from app_public.specializations where name = 'x'`)).toEqual([])
})

test('a field that fails does not affect the others', async () => {
  const { data, errors } = await ann(
    '{ a: whichTransaction(n: 1) b: fails(n: 1) c: whichTransaction(n: 3) d: fails(n: 4) clinic(id: 1) { name } }',
  )
  expect(data).toMatchObject({ a: expect.any(String), b: null, c: expect.any(String), d: null, clinic: {} })
  expect(errors?.map(({ path }) => path)).toEqual([['b'], ['d']])
})

test('a mutation reads what it has written', async () => {
  const input = { clinicId: practice.clinicId, bookingSlotId: practice.slotId, note: 'first visit' }
  const { bookSlot } = await dataOf(
    ann(
      `mutation ($input: BookSlotInput!, $clinicId: BigInt!) { bookSlot(input: $input) {
         booking { status note doctor { fullName } bookingSlot { status bookings { nodes { note } } } }
         query { bookings(filter: { clinicId: { equalTo: $clinicId } }) { totalCount } } } }`,
      { input, clinicId: practice.clinicId },
    ),
  )
  expect(bookSlot).toEqual({
    booking: {
      status: 'BOOKED',
      note: 'first visit',
      doctor: { fullName: expect.any(String) },
      bookingSlot: { status: 'BOOKED', bookings: { nodes: [{ note: 'first visit' }] } },
    },
    query: { bookings: { totalCount: 1 } },
  })
})

test('of two mutations in one document the first stays when the second is refused', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 72)
  const input = { clinicId: practice.clinicId, bookingSlotId: slot }
  const answer = ann(
    `mutation ($input: BookSlotInput!) {
       first: bookSlot(input: $input) { booking { id } } second: bookSlot(input: $input) { booking { id } } }`,
    { input },
  )
  const error = await expectGraphQLRefusal(answer, 'slot_taken')
  expect(error.path).toEqual(['second'])
  expect((await answer).data).toMatchObject({ first: { booking: { id: expect.any(String) } }, second: null })
})

test('a commit that fails because the disk is full may have happened, and the error says so', async () => {
  const database = databaseOf(served.owner, practice.clinicId)
  await database.query(`
    create function app_private.find_no_room() returns trigger language plpgsql as
      $$ begin raise 'no room left' using errcode = 'disk_full'; end $$;
    create constraint trigger there_is_no_room after insert on app_public.bookings deferrable initially deferred
      for each row execute function app_private.find_no_room()`)
  const book = async (slot: string) => {
    const input = { clinicId: practice.clinicId, bookingSlotId: slot }
    return ann('mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }', { input })
  }
  try {
    const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 96)
    await expectGraphQLRefusal(book(slot), 'connection_failure')
    // Before the commit it is certain that nothing was done.
    await database.query('alter table app_public.bookings disable trigger there_is_no_room')
    await database.query(`create trigger there_is_no_room_at_all before insert on app_public.bookings
      for each row execute function app_private.find_no_room()`)
    await expectGraphQLRefusal(book(slot), 'disk_full')
  } finally {
    await database.query('drop function app_private.find_no_room() cascade')
  }
})

/** A deadline that the test determines, whatever the clock says. */
class Ended extends Deadline {
  #listener = () => {}
  #isOver = false

  override ends = () => this.#isOver

  override watch(listener: () => void) {
    this.#listener = listener
    return () => {}
  }

  end() {
    this.#isOver = true
    this.#listener()
  }
}

/** Blocks this process, and so the server in it, until a connection to the database meets a condition. */
function blockUntil(condition: string) {
  const look = `
    const { Client } = require('pg')
    const [, url, condition] = process.argv
    const client = new Client({ connectionString: url })
    client.connect().then(async () => {
      const text = 'select from pg_stat_activity where datname = current_database() and ' + condition
      while ((await client.query(text)).rowCount === 0);
      await client.end()
    })`
  execFileSync(process.execPath, ['-e', look, ownerUrlOf(served.database), condition], { timeout: 120_000 })
}

test('a query of one statement is committed without another message from the server', async () => {
  const { owner, graphql } = served
  const document = '{ waits(n: 1) }'
  const requests = {
    'by itself': () => graphql.run({ document, claims: {} }),
    'in a transaction of this process': () =>
      graphql.inQuery({ claims: {}, requestId: 'waits' }, (transaction) =>
        graphql.run({ document, claims: {}, transaction }),
      ),
  }
  for (const [how, ask] of Object.entries(requests)) {
    await owner.query('select pg_advisory_lock(2)')
    const answer = ask()
    const waiting = async () => {
      const rows = `select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`
      return (await owner.query<{ pid: number }>(rows))[0]?.pid
    }
    const pid = await eventually(waiting, `a statement ${how} that waits for the lock`)
    const unlocked = owner.query('select pg_advisory_unlock(2)')
    blockUntil(`pid = ${pid} and state = 'idle' and xact_start is null`)
    await unlocked
    expect(await answer).toEqual({ data: { waits: 1 } })
  }
})

test('the commit of one statement is sent with it; if it is cancelled, nobody knows on which servers it is', async () => {
  const { owner, graphql } = served
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`
  await owner.query(`
    create function app_private.ignore_cancels() returns trigger language plpgsql as
      $$ begin perform pg_sleep(60); return null; exception when query_canceled then return null; end $$;
    create constraint trigger ignore_cancels after insert on app_public.specializations deferrable initially deferred
      for each row execute function app_private.ignore_cancels()`)
  try {
    await owner.query('select pg_advisory_lock(1)')
    const deadline = new Ended()
    const document = 'mutation { addsWhenUnlocked(input: {}) { result } }'
    const answer = graphql.run({ document, claims: {}, deadline })
    await eventually(async () => (await owner.query(waiting)).length === 1, 'a statement that waits for the lock')
    const unlocked = owner.query('select pg_advisory_unlock(1)')
    blockUntil(`wait_event = 'PgSleep'`)
    deadline.end()
    await unlocked
    expect((await answer).errors?.map(({ extensions }) => extensions.code)).toEqual(['connection_failure'])
    expect(await owner.query(`select from app_public.specializations where name = 'added'`)).toHaveLength(1)
  } finally {
    await owner.query('drop function app_private.ignore_cancels() cascade')
  }
})

test('no setting of a caller stays on the connection', async () => {
  const anybody = await served.as()
  for (let i = 0; i < 20; i++) {
    expect(await dataOf(ann('mutation { settingsLeft(input: {}) { result } }'))).toEqual({
      settingsLeft: { result: `app_customer,${practice.customer.accountId}` },
    })
    expect(await dataOf(anybody('mutation { settingsLeft(input: {}) { result } }'))).toEqual({
      settingsLeft: { result: 'app_anonymous,' },
    })
  }
})

test("concurrent callers do not get each other's responses", async () => {
  const manager = await served.as(practice.manager.claims)
  const ask = async (client: GraphQLClient) =>
    (await dataOf<{ currentPerson: { accountId: string } }>(client('{ currentPerson { accountId } }'))).currentPerson
      .accountId
  const turns = Array.from({ length: 100 }, (_, i) => i)
  const expected = turns.map((i) => (i % 2 ? practice.customer.accountId : practice.manager.accountId))
  expect(await fewAtOnce(turns, (i) => ask(i % 2 ? ann : manager))).toEqual(expected)
})

test('connections are returned to the pool, whatever happens', async () => {
  const documents = [
    '{ fails(n: 1) }',
    '{ clinics { nodes { id } } bookings { totalCount } }',
    'mutation { bookSlot(input: { clinicId: 1, bookingSlotId: 999999 }) { booking { id } } }',
  ]
  await fewAtOnce(Array(20).fill(documents).flat(), (document: string) => ann(document))
  const idle = `select count(*)::int as "inTransaction" from pg_stat_activity
    where datname = current_database() and application_name = 'medislot server' and state like 'idle in transaction%'`
  // The responses of the last commits are not awaited.
  await eventually(
    async () => (await served.owner.one<{ inTransaction: number }>(idle)).inTransaction === 0,
    'a pool without a connection in a transaction',
  )
  await dataOf(ann('{ clinics { totalCount } }'))
})

test('a program in this process runs documents with the same rights, limits and codes', async () => {
  const claims = practice.customer.claims
  const { graphql } = served
  expect(await graphql.run({ document: '{ currentPerson { accountId } }', claims })).toEqual({
    data: { currentPerson: { accountId: practice.customer.accountId } },
  })
  const codeOf = async (request: Parameters<typeof graphql.run>[0]) =>
    (await graphql.run(request)).errors?.[0]?.extensions.code
  expect(await codeOf({ document: '{ planets }', claims })).toBe('graphql_validation_failed')
  expect(await codeOf({ document: '{ clinics(first: 1000) { nodes { id } } }', claims })).toBe('query_too_complex')
  const book = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
  const input = { clinicId: practice.clinicId, bookingSlotId: practice.slotId }
  expect(await codeOf({ document: book, variables: { input }, claims })).toBe('slot_taken')
  expect(await codeOf({ document: book, variables: { input }, claims: {} })).toBe('insufficient_privilege')
  const gone = { sub: practice.customer.accountId, sid: '00000000-0000-0000-0000-000000000000' }
  expect(await codeOf({ document: '{ currentPerson { accountId } }', claims: gone })).toBe('unauthenticated')
})
