import { describe, expect, it } from '@jest/globals'
import { aClinic, aDoctor, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { anAddress, claimsOf, password, register, sent, signIn, type Tokens } from '../identity/sessions.ts'

interface Invitation {
  clinic_id: string
  id: string
  email: string
  expires_at: Date
}

/** The token in the mail with the invitation. A person who registered has other mails, written at the same moment. */
const invitationToken = async (db: Db, email: string): Promise<string> =>
  (await sent(db, email)).find(({ kind }) => kind === 'invitation')?.token ?? ''

/** A clinic, its manager, and a function that invites and reads the token in the invited person's mail. */
async function aTeam(db: Db) {
  const clinicId = await aClinic(db)
  const manager = await anEmployee(db, clinicId, 'manager')
  return {
    clinicId,
    manager,
    invite: (email: string | null, role = 'receptionist', doctorId: string | null = null) =>
      db
        .as(manager.claims, () => invite(db, clinicId, email, role, doctorId))
        .then(async (invitation) => ({ ...invitation, token: await invitationToken(db, invitation.email) })),
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
  it('mails the link to the invited person; the manager sees that it was sent, and not the token', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aTeam(db)
      const email = anAddress()
      const invitation = await db.as(manager.claims, () => invite(db, clinicId, ` ${email} `))
      expect(invitation).toEqual({ clinic_id: clinicId, id: expect.any(String), email, expires_at: expect.any(Date) })
      const seen = () =>
        db.as(manager.claims, () =>
          db.one('select email, delivery, sent_at is not null as sent from app_public.open_invitations($1)', [
            clinicId,
          ]),
        )
      expect(await seen()).toEqual({ email, delivery: 'pending', sent: false })
      const [mail, ...others] = await sent(db, email)
      expect(others).toEqual([])
      expect(mail).toMatchObject({ kind: 'invitation', token: expect.stringMatching(/^[\w-]{32}$/) })
      expect(mail?.body).not.toContain('Bo Worker')
      expect(await seen()).toEqual({ email, delivery: 'sent', sent: true })
      await db.asOwner()
      expect(
        await db.one(
          `select i.full_name, i.invited_by_account_id, i.expires_at - now() = '7 days' as for_a_week,
                  m.token_hash = sha256(convert_to($2, 'utf8')) as digest, m.token_expires_at = i.expires_at as together
           from app_private.invitations i join app_private.account_messages m on m.invitation_id = i.id where i.id = $1`,
          [invitation.id, mail?.token],
        ),
      ).toEqual({
        full_name: 'Bo Worker',
        invited_by_account_id: manager.accountId,
        for_a_week: true,
        digest: true,
        together: true,
      })
    }))

  it('sends no link of an invitation that was revoked before', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aTeam(db)
      const email = anAddress()
      const { id } = await db.as(manager.claims, () => invite(db, clinicId, email))
      await db.as(manager.claims, () => db.query('select app_public.revoke_invitation($1, $2)', [clinicId, id]))
      expect(await sent(db, email)).toEqual([])
    }))

  it("is for the clinic's managers and administrators", () =>
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

  it('refuses a malformed address, a doctor of another clinic, and an unknown role', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      for (const address of ['nobody', '', null, `${'x'.repeat(250)}@test.example`])
        await expectRefusal(invite(address), 'invalid_email')
      const foreignDoctorId = await aDoctor(db, await aClinic(db))
      await expectRefusal(invite(anAddress(), 'doctor', foreignDoctorId), 'doctor_not_found')
      await expectRefusal(invite(anAddress(), 'owner'), 'invalid_text_representation')
    }))

  it('makes invitations readable to nobody: they are in no schema of the API', () =>
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

  it('are listed without their tokens, until they are accepted, revoked or expired', () =>
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

  it('cannot be accepted once they are revoked', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, invite } = await aTeam(db)
      const { id, token } = await invite(anAddress())
      await db.as(manager.claims, () => revoke(db, clinicId, id))
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
      await db.as(manager.claims)
      await expectRefusal(revoke(db, clinicId, id), 'invitation_invalid')
    }))

  it("are neither listed for nor revoked by another clinic's manager", () =>
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
  it('creates an account for a person without one, and signs in', () =>
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

  it('requires a good password from a person without an account, and leaves the invitation open until then', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { token } = await invite(anAddress())
      for (const secret of [null, 'only nine', 'x'.repeat(73)])
        await expectRefusal(accept(db, {}, token, secret), 'weak_password')
      await accept(db, {}, token, password)
    }))

  it('adds a person who is signed in to their account; the password stays the same', () =>
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

  it('does not open an account to a caller who only has the token: neither anonymous nor another account', () =>
    inTransaction(async (db) => {
      const { invite, manager } = await aTeam(db)
      const { accountId } = await anAccount(db)
      const { token } = await invite(await addressOf(db, accountId))
      for (const claims of [{}, manager.claims, (await anAccount(db)).claims])
        await expectRefusal(accept(db, claims, token, password), 'invitation_invalid')
    }))

  it('is not blocked by a stranger who registered the invited address first, and ends the account of the stranger', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const email = anAddress()
      const stranger = await register(db, email, 'the password of a stranger')
      await db.asOwner()
      const { token } = await invite(email)
      await expectRefusal(accept(db, {}, token, null), 'weak_password')
      const tokens = await accept(db, {}, token, password)
      expect(tokens.account_id).not.toBe(stranger.account_id)
      await expectRefusal(db.as(claimsOf(stranger)), 'unauthenticated')
      await db.asOwner()
      expect(await signIn(db, email, 'the password of a stranger')).toMatchObject({ refusal: 'wrong_credentials' })
    }))

  it('notifies the owner of the address of the new account, and confirms the address', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const email = anAddress()
      const { token } = await invite(email)
      const tokens = await accept(db, {}, token, password)
      await db.as(claimsOf(tokens), async () =>
        expect(await db.one('select email_is_confirmed from app_public.current_person()')).toEqual({
          email_is_confirmed: true,
        }),
      )
      expect((await sent(db, email)).map(({ kind }) => kind)).toEqual(['joined'])
    }))

  it('confirms the address of a person who registered and is signed in', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const email = anAddress()
      const own = await register(db, email)
      await db.asOwner()
      const { token } = await invite(email)
      expect((await accept(db, claimsOf(own), token)).account_id).toBe(own.account_id)
      await db.as(claimsOf(own), async () => {
        expect(await memberships(db)).toMatchObject([{ clinic_id: clinicId }])
        expect(await db.one('select email_is_confirmed from app_public.current_person()')).toEqual({
          email_is_confirmed: true,
        })
      })
    }))

  it('works once', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { token } = await invite(anAddress())
      const tokens = await accept(db, {}, token, password)
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
      await expectRefusal(accept(db, claimsOf(tokens), token), 'invitation_invalid')
    }))

  it('refuses a token that is expired, unknown or missing', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const { id, token } = await invite(anAddress())
      await expectRefusal(accept(db, {}, `${token}x`, password), 'invitation_invalid')
      await expectRefusal(accept(db, {}, null, password), 'invitation_invalid')
      await db.query('update app_private.invitations set expires_at = now() where id = $1', [id])
      await expectRefusal(accept(db, {}, token, password), 'invitation_invalid')
    }))

  it('restores a former member with the role of the invitation, as the same member', () =>
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

  it('does not restore a member with an invitation from before they left', () =>
    inTransaction(async (db) => {
      const { clinicId, invite } = await aTeam(db)
      const former = await anEmployee(db, clinicId, 'receptionist')
      const email = await addressOf(db, former.accountId)
      const { token: promotion } = await invite(email, 'manager')
      await db.query('update app_public.employees set is_active = false where id = $1', [former.employeeId])
      await expectRefusal(accept(db, former.claims, promotion), 'invitation_invalid')
    }))

  it('accepts only the latest of several invitations', () =>
    inTransaction(async (db) => {
      const { invite } = await aTeam(db)
      const email = anAddress()
      const { token: first } = await invite(email, 'manager')
      const { token: second } = await invite(email.toUpperCase(), 'receptionist')
      await expectRefusal(accept(db, {}, first, password), 'invitation_invalid')
      await accept(db, {}, second, password)
    }))

  it('does not affect the invitations of other clinics to the same person', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aTeam(db), await aTeam(db)]
      const email = anAddress()
      const [{ token: one }, { token: two }] = [await here.invite(email), await there.invite(email)]
      const tokens = await accept(db, {}, one, password)
      await accept(db, claimsOf(tokens), two)
      await db.as(claimsOf(tokens), async () => expect(await memberships(db)).toHaveLength(2))
    }))
})
