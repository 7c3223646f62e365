import { describe, expect, it } from '@jest/globals'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../helpers/database.ts'
import { aClinic, aDoctor, anAccount, anEmployee } from '../../helpers/world.ts'
import { anAddress, claimsOf, password, signIn, type Tokens } from '../identity/sessions.ts'

interface Invitation {
  clinic_id: string
  id: string
  email: string
  token: string
  expires_at: Date
}

/** A clinic, its manager, and how they invite. */
async function aTeam(db: Db) {
  const clinicId = await aClinic(db)
  const manager = await anEmployee(db, clinicId, 'manager')
  return {
    clinicId,
    manager,
    invite: (email: string | null, role = 'receptionist', doctorId: string | null = null) =>
      db.as(manager.claims, () => invite(db, clinicId, email, role, doctorId)),
  }
}

const invite = (
  db: Db,
  clinicId: string | null,
  email: string | null,
  role = 'receptionist',
  doctorId: string | null = null,
) =>
  db.one<Invitation>(`select * from app_public.invite_employee($1, $2, ' Bo Worker ', $3, $4)`, [
    clinicId,
    email,
    role,
    doctorId,
  ])

const accept = (db: Db, claims: Claims, token: string | null, secret: string | null = null) =>
  db.as(claims, () => db.one<Tokens>('select * from app_public.accept_invitation($1, $2)', [token, secret]))

const memberships = (db: Db) =>
  db.query(
    'select clinic_id, role, doctor_id, full_name, is_active from app_public.employees where account_id = app_hidden.current_account_id()',
  )

const addressOf = async (db: Db, accountId: string): Promise<string> =>
  (await db.one('select email from app_private.accounts where id = $1', [accountId])).email

describe('invite_employee', () => {
  it('makes an invitation for seven days and tells its token once: what is stored is a digest', () =>
    inTransaction(async (db) => {
      const { clinicId, invite, manager } = await aTeam(db)
      const email = anAddress()
      const invitation = await invite(` ${email} `)
      expect(invitation).toMatchObject({ clinic_id: clinicId, email, token: expect.stringMatching(/^[\w-]{32}$/) })
      const stored = await db.one(
        `select full_name, invited_by_account_id, expires_at - now() = '7 days' as for_a_week,
                token_hash = sha256(convert_to($2, 'utf8')) as digest
         from app_private.invitations where id = $1`,
        [invitation.id, invitation.token],
      )
      expect(stored).toEqual({
        full_name: 'Bo Worker',
        invited_by_account_id: manager.accountId,
        for_a_week: true,
        digest: true,
      })
    }))

  it("is the managers' of that clinic, and administrators'", () =>
    inTransaction(async (db) => {
      const { clinicId } = await aTeam(db)
      const elsewhere = await anEmployee(db, await aClinic(db), 'manager')
      for (const { claims } of [
        await anEmployee(db, clinicId, 'receptionist'),
        await anEmployee(db, clinicId, 'doctor'),
        elsewhere,
      ])
        await db.as(claims, () => expectRefusal(invite(db, clinicId, anAddress(), 'manager'), 'forbidden'))
      for (const claims of [{}, (await anAccount(db)).claims])
        await db.as(claims, () => expectRefusal(invite(db, clinicId, anAddress()), 'insufficient_privilege'))
      await db.as((await anAccount(db, { isAdmin: true })).claims, () => invite(db, clinicId, anAddress(), 'manager'))
    }))

  it('refuses what is no address, a doctor of another clinic, and no role', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      for (const address of ['nobody', '', null, `${'x'.repeat(250)}@test.example`])
        await expectRefusal(invite(address), 'invalid_email')
      const foreignDoctorId = await aDoctor(db, await aClinic(db))
      await expectRefusal(invite(anAddress(), 'doctor', foreignDoctorId), 'doctor_not_found')
      await expectRefusal(invite(anAddress(), 'owner'), 'invalid_text_representation')
    }))

  it('lets nobody read invitations: they are in no schema of the API', () =>
    inTransaction(async (db) => {
      const { manager } = await aTeam(db)
      await db.as(manager.claims)
      await expectRefusal(db.query('select from app_private.invitations'), 'insufficient_privilege')
    }))
})

describe('the open invitations of a clinic', () => {
  const open = (db: Db, clinicId: string) =>
    db.query('select id, email, role from app_public.open_invitations($1)', [clinicId])
  const revoke = (db: Db, clinicId: string, id: string) =>
    db.one('select id, email from app_public.revoke_invitation($1, $2)', [clinicId, id])

  it('are listed without their tokens, until they are accepted, revoked or over', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, invite } = await aTeam(db)
      const [first, second, third] = [anAddress(), anAddress(), anAddress()]
      const taken = await invite(first)
      const over = await invite(second)
      const { id } = await invite(third, 'manager')
      await accept(db, {}, taken.token, password)
      await db.query('update app_private.invitations set expires_at = now() where id = $1', [over.id])
      await db.as(manager.claims)
      expect(await open(db, clinicId)).toEqual([{ id, email: third, role: 'manager' }])
      expect(await revoke(db, clinicId, id)).toEqual({ id, email: third })
      expect(await open(db, clinicId)).toEqual([])
    }))

  it('open nothing once they are revoked', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, invite } = await aTeam(db)
      const { id, token } = await invite(anAddress())
      await db.as(manager.claims, () => revoke(db, clinicId, id))
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
      await db.as(manager.claims)
      await expectRefusal(revoke(db, clinicId, id), 'invitation_invalid')
    }))

  it("are not told to another clinic's manager, nor revoked by them", () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const { id } = await invite(anAddress())
      const other = await aTeam(db)
      await db.as(other.manager.claims)
      await expectRefusal(open(db, clinicId), 'forbidden')
      await expectRefusal(revoke(db, clinicId, id), 'forbidden')
      await expectRefusal(revoke(db, other.clinicId, id), 'invitation_invalid')
    }))
})

describe('accept_invitation', () => {
  it('makes an account for who has none, and signs in', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const doctorId = await aDoctor(db, clinicId)
      const email = anAddress()
      const { token } = await invite(email, 'doctor', doctorId)
      const tokens = await accept(db, {}, token, password)
      expect(tokens).toMatchObject({ refusal: null })
      await db.as(claimsOf(tokens), async () => {
        expect(await memberships(db)).toEqual([
          { clinic_id: clinicId, role: 'doctor', doctor_id: doctorId, full_name: 'Bo Worker', is_active: true },
        ])
        expect(await db.one('select current_user as role, app_hidden.own_doctor_ids() as doctors')).toEqual({
          role: 'app_staff',
          doctors: [doctorId],
        })
      })
      expect(await signIn(db, email)).toMatchObject({ account_id: tokens.account_id, refusal: null })
    }))

  it('asks who has no account yet for a good password, and leaves the invitation open until then', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { token } = await invite(anAddress())
      for (const secret of [null, 'only nine', 'x'.repeat(73)])
        await expectRefusal(accept(db, {}, token, secret), 'weak_password')
      await accept(db, {}, token, password)
    }))

  it('joins who has an account and is signed in with it; the password is left as it is', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const { accountId, claims } = await anAccount(db)
      const { token } = await invite((await addressOf(db, accountId)).toUpperCase())
      const tokens = await accept(db, claims, token, password)
      expect(tokens.account_id).toBe(accountId)
      await db.as(claims, async () => expect(await memberships(db)).toMatchObject([{ clinic_id: clinicId }]))
      expect(await db.one('select password_hash from app_private.accounts where id = $1', [accountId])).toEqual({
        password_hash: null,
      })
    }))

  it("does not open somebody's account to who merely has the token: not to nobody, not to the manager who saw it", () =>
    inTransaction(async (db) => {
      const { invite, manager } = await aTeam(db)
      const { accountId } = await anAccount(db)
      const { token } = await invite(await addressOf(db, accountId))
      for (const claims of [{}, manager.claims, (await anAccount(db)).claims])
        await expectRefusal(accept(db, claims, token, password), 'invitation_invalid')
    }))

  it('works once', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { token } = await invite(anAddress())
      const tokens = await accept(db, {}, token, password)
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
      await expectRefusal(accept(db, claimsOf(tokens), token), 'invitation_invalid')
    }))

  it('refuses a token that expired, is unknown or is missing', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { id, token } = await invite(anAddress())
      await expectRefusal(accept(db, {}, `${token}x`, password), 'invitation_invalid')
      await expectRefusal(accept(db, {}, null, password), 'invitation_invalid')
      await db.query('update app_private.invitations set expires_at = now() where id = $1', [id])
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
    }))

  it('brings a former member back in the role invited to, as the same member', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const former = await anEmployee(db, clinicId, 'manager')
      await db.query('update app_public.employees set is_active = false where id = $1', [former.employeeId])
      const { token } = await invite(await addressOf(db, former.accountId), 'receptionist')
      await accept(db, former.claims, token)
      await db.as(former.claims, async () => {
        expect(
          await db.one('select id, role, is_active from app_public.employees where id = $1', [former.employeeId]),
        ).toEqual({
          id: former.employeeId,
          role: 'receptionist',
          is_active: true,
        })
      })
    }))

  it('does not bring a member back by an invitation from before they left', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const former = await anEmployee(db, clinicId, 'receptionist')
      const email = await addressOf(db, former.accountId)
      const { token: promotion } = await invite(email, 'manager')
      await db.query('update app_public.employees set is_active = false where id = $1', [former.employeeId])
      await expectRefusal(accept(db, former.claims, promotion), 'invitation_invalid')
    }))

  it('takes the latest of several invitations only', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const email = anAddress()
      const { token: first } = await invite(email, 'manager')
      const { token: second } = await invite(email.toUpperCase(), 'receptionist')
      await expectRefusal(accept(db, {}, first, password), 'invitation_invalid')
      await accept(db, {}, second, password)
    }))

  it('leaves the invitations of other clinics to the same person alone', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aTeam(db), await aTeam(db)]
      const email = anAddress()
      const [{ token: one }, { token: two }] = [await here.invite(email), await there.invite(email)]
      const tokens = await accept(db, {}, one, password)
      await accept(db, claimsOf(tokens), two)
      await db.as(claimsOf(tokens), async () => expect(await memberships(db)).toHaveLength(2))
    }))
})
