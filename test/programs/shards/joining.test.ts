import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createPool } from '../../../src/database/pools.ts'
import { taskList } from '../../../src/worker/task_list.ts'
import { aClinic, anAccount, unique } from '../../helpers/clinic/world.ts'
import type { Connection } from '../../helpers/database/connection.ts'
import { dataOf, expectGraphQLRefusal, graphqlClient } from '../../helpers/programs/graphql.ts'
import { clientsOf } from '../../helpers/programs/server.ts'
import { work } from '../../helpers/programs/work.ts'
import { type ShardedServer, shardedServer } from '../../helpers/shards/sharded_server.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { password } from '../../sql/identity/sessions.ts'

// People who join the staff of clinics in shards, through a real server: their accounts are in the global database.

let site: ShardedServer
beforeAll(async () => {
  site = await shardedServer(2)
})
afterAll(() => site?.stop())

const graphql = (token?: string) => graphqlClient(site.url, token)
const shard = () => site.databases[1] as Connection

/** An account, of which the second shard has the copy. */
async function anAccountEverywhere() {
  const account = await anAccount(site.global)
  const copy = 'select from app_private.accounts where id = $1'
  await eventually(async () => (await shard().query(copy, [account.accountId])).length > 0, 'the copy of the account')
  return account
}

/** A clinic in the second shard with a manager, who is signed in. */
async function aClinicWithManager(): Promise<{ clinicId: string; manager: ReturnType<typeof graphql> }> {
  const clinicId = await aClinic(shard())
  const { accountId, claims } = await anAccountEverywhere()
  await shard().query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Max')`,
    [clinicId, accountId],
  )
  return { clinicId, manager: graphql(await clientsOf(site.url).tokenOf(claims)) }
}

/**
 * Invites an address to the desk of a clinic, and has the shard's worker send the mail. Returns the token in its link.
 */
async function invited(manager: ReturnType<typeof graphql>, clinicId: string, email: string): Promise<string> {
  const invite = `mutation ($clinicId: BigInt!, $email: String!) {
    inviteEmployee(input: { clinicId: $clinicId, email: $email, fullName: "Rea Desk", role: RECEPTIONIST }) {
      invitation { id }
    }
  }`
  const { inviteEmployee } = await dataOf(
    manager<{ inviteEmployee: { invitation: { id: string } } }>(invite, { clinicId, email }),
  )
  const url = site.servers[2]?.ownerUrl() as string
  const pool = createPool(url, { name: 'test', size: 5 })
  try {
    const tasks = taskList({}, 'https://book.test', undefined, undefined, undefined, {}, url)
    expect(await work(pool, tasks, 'send_account_messages')).toEqual([])
  } finally {
    await pool.end()
  }
  const copy = 'select from app_private.invitations where id = $1'
  await eventually(
    async () => (await site.global.query(copy, [inviteEmployee.invitation.id])).length > 0,
    'the copy of the invitation',
  )
  const { body } = await shard().one(
    'select delivered_body as body from app_private.account_messages where invitation_id = $1',
    [inviteEmployee.invitation.id],
  )
  return /#token=(\S+)/.exec(body)?.[1] as string
}

interface Accepted {
  acceptInvitation: { authTokens: { accessToken: string } }
}
const accept = (token: string, by = graphql(), chosen?: string) =>
  by<Accepted>(
    `mutation ($token: String!, $password: String) {
      acceptInvitation(input: { token: $token, password: $password }) { authTokens { accessToken } }
    }`,
    { token, password: chosen },
  )

const anAddress = () => `${unique('rea').replace(' ', '-')}@test.example`
const employeesOf = (clinicId: string, db: Connection) =>
  db.query(
    `select a.email, e.role, e.is_active from app_public.employees e join app_private.accounts a on a.id = e.account_id
     where e.clinic_id = $1 and e.full_name = 'Rea Desk'`,
    [clinicId],
  )

it('somebody without an account accepts the invitation of a clinic in a shard with a password, and can work there at once', async () => {
  const { clinicId, manager } = await aClinicWithManager()
  const email = anAddress()
  const token = await invited(manager, clinicId, email)
  await expectGraphQLRefusal(accept(token), 'weak_password')
  const { acceptInvitation } = await dataOf(accept(token, graphql(), password))
  const { accessToken } = acceptInvitation.authTokens
  const [member] = await employeesOf(clinicId, shard())
  expect(member).toEqual({ email, role: 'receptionist', is_active: true })
  // The account is one of the global database, and its password is only there.
  const account = await site.global.one(
    'select id, password_hash is not null as has_password, email_verified_at is not null as confirmed from app_private.accounts where email = $1',
    [email],
  )
  expect(account).toMatchObject({ has_password: true, confirmed: true })
  expect(Number(account.id)).toBeLessThan(1e12)
  const records = await graphql(accessToken)(
    `query ($id: BigInt!) { clinicCustomers(filter: { clinicId: { equalTo: $id } }) { totalCount } }`,
    { id: clinicId },
  )
  expect(records).toEqual({ data: { clinicCustomers: { totalCount: 0 } } })
  await eventually(async () => (await employeesOf(clinicId, site.global)).length === 1, 'the copy')
  const signIn = await fetch(`${site.url}/api/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  expect(signIn.status).toBe(200)
  // The link works once.
  await expectGraphQLRefusal(accept(token, graphql(accessToken)), 'invitation_invalid')
  const kinds = 'select kind from app_private.account_messages where address = $1 order by id'
  expect(await shard().query(kinds, [email])).toEqual([{ kind: 'invitation' }, { kind: 'joined' }])
})

it('somebody with an account has to sign in to accept the invitation of a clinic in a shard', async () => {
  const { clinicId, manager } = await aClinicWithManager()
  const [{ accountId, claims }, other] = [await anAccountEverywhere(), await anAccountEverywhere()]
  const { email } = await site.global.one('select email from app_private.accounts where id = $1', [accountId])
  const token = await invited(manager, clinicId, email)
  const by = async (who: typeof claims) => graphql(await clientsOf(site.url).tokenOf(who))
  await expectGraphQLRefusal(accept(token, graphql(), password), 'invitation_invalid')
  await expectGraphQLRefusal(accept(token, await by(other.claims), password), 'invitation_invalid')
  expect(await employeesOf(clinicId, shard())).toEqual([])
  await dataOf(accept(token, await by(claims)))
  expect(await employeesOf(clinicId, shard())).toEqual([{ email, role: 'receptionist', is_active: true }])
})

it('the global database signs nobody in to an account to which the invitation was not mailed, whatever a server asks', async () => {
  const { clinicId, manager } = await aClinicWithManager()
  const email = anAddress()
  await invited(manager, clinicId, email)
  const find = 'select id from app_private.invitations where clinic_id = $1 and email = $2'
  const { id: invitationId } = await site.global.one(find, [clinicId, email])
  const victim = await anAccount(site.global, { isAdmin: true })
  const asked = (accountId?: string) =>
    site.global.one(`select app_private.record_for_clinic('admit_invited', $1)`, [
      JSON.stringify({ clinicId, invitationId, accountId }),
    ])
  await expect(asked(victim.accountId)).rejects.toMatchObject({ code: 'MS107' })
  await shard().query('update app_private.invitations set expires_at = now() where id = $1', [invitationId])
  const expired = 'select from app_private.invitations where id = $1 and expires_at <= now()'
  await eventually(async () => (await site.global.query(expired, [invitationId])).length === 1, 'the copy')
  await expect(asked()).rejects.toMatchObject({ code: 'MS107' })
})
