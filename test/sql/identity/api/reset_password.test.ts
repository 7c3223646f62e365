import { describe, expect, it } from '@jest/globals'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, password, refresh, register, registerAndConfirm, sent, signIn } from '../sessions.ts'

const next = 'another fine password'

const request = (db: Db, email: string | null, language: string | null = null) =>
  db.as({}, () => db.one('select app_public.request_password_reset($1, $2) as done', [email, language]))

const reset = (db: Db, token: string | null, secret: string | null = next) =>
  db.as({}, () => db.one('select app_public.reset_password($1, $2) as done', [token, secret]))

/** A registered patient who has asked for a link, and the token of that link. */
async function forgetful(db: Db) {
  const email = anAddress()
  const tokens = await register(db, email)
  await sent(db, email)
  await request(db, ` ${email.toUpperCase()} `)
  const [mail] = await sent(db, email)
  return { email, tokens, token: mail?.token ?? '' }
}

describe('a forgotten password', () => {
  it('is replaced by the person who can read the mail: the new one works, the old one does not, and every session ends', () =>
    inTransaction(async (db) => {
      const { email, tokens, token } = await forgetful(db)
      expect(await reset(db, token)).toEqual({ done: true })
      await expectRefusal(db.as(claimsOf(tokens)), 'unauthenticated')
      await expectRefusal(refresh(db, tokens.refresh_token), 'refresh_token_invalid')
      await db.asOwner()
      expect(await signIn(db, email, password)).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await signIn(db, email, next)).toMatchObject({ account_id: tokens.account_id, refusal: null })
    }))

  it('lets its owner sign in while others guess, from a network that the account does not know', () =>
    inTransaction(async (db) => {
      const { email, token } = await forgetful(db)
      const strange = (i: number) => ({ from: `198.51.100.${i}` })
      for (let i = 1; i <= 30; i++) await signIn(db, email, 'not the password', strange(i))
      await expectRefusal(signIn(db, email, password, strange(99)), 'too_many_attempts')
      await db.as(strange(99), () => db.query('select app_public.reset_password($1, $2)', [token, next]))
      for (let i = 1; i <= 30; i++) await signIn(db, email, 'not the password', strange(i))
      expect(await signIn(db, email, next, strange(99))).toMatchObject({ refusal: null })
    }))

  it('is replaced once per link, within the hour', () =>
    inTransaction(async (db) => {
      const { email, token } = await forgetful(db)
      await expectRefusal(reset(db, token, 'only nine'), 'weak_password')
      await reset(db, token)
      await expectRefusal(reset(db, token), 'reset_token_invalid')
      await db.asOwner()
      await request(db, email)
      const [late] = await sent(db, email)
      await db.query(`update app_private.account_messages set token_expires_at = now() where token_expires_at > now()`)
      await expectRefusal(reset(db, late?.token ?? ''), 'reset_token_invalid')
      for (const nothing of ['', 'x', null]) await expectRefusal(reset(db, nothing), 'reset_token_invalid')
    }))

  it('ends every other link that was sent or is queued', () =>
    inTransaction(async (db) => {
      const { email, token } = await forgetful(db)
      await request(db, email)
      const [second] = await sent(db, email)
      await request(db, email)
      await reset(db, token)
      await expectRefusal(reset(db, second?.token ?? ''), 'reset_token_invalid')
      expect(await sent(db, email)).toEqual([])
    }))

  it('ends the block after too many failures', () =>
    inTransaction(async (db) => {
      const { email, token } = await forgetful(db)
      for (let failure = 1; failure <= 5; failure++) await signIn(db, email, 'not the password')
      await reset(db, token)
      await db.asOwner()
      expect(await signIn(db, email, next)).toMatchObject({ refusal: null })
    }))

  it('cannot be set for a closed account: no link is sent, and a link sent before does not work', () =>
    inTransaction(async (db) => {
      const { email, tokens, token } = await forgetful(db)
      await db.asOwner()
      await db.query('update app_private.accounts set is_active = false where id = $1', [tokens.account_id])
      await expectRefusal(reset(db, token), 'reset_token_invalid')
      expect(await request(db, email)).toEqual({ done: true })
      expect(await sent(db, email)).toEqual([])
    }))

  it('is that of the account that owns the address, not of one that was registered with it later', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const tokens = await registerAndConfirm(db, email)
      const beside = await register(db, email, 'a password beside')
      await db.query('update app_private.accounts set email_verified_at = now() where id = $1', [beside.account_id])
      await request(db, email)
      const token = (await sent(db, email)).find(({ kind }) => kind === 'password_reset')?.token ?? ''
      await reset(db, token)
      await db.asOwner()
      expect(await signIn(db, email, next)).toMatchObject({ account_id: tokens.account_id })
      expect(await signIn(db, email, 'a password beside')).toMatchObject({ account_id: beside.account_id })
    }))
})

describe('the mail', () => {
  it('is sent only to addresses with an account, and the response does not reveal it', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      expect(await request(db, email)).toEqual({ done: true })
      expect(await sent(db, email)).toEqual([])
      await expectRefusal(request(db, 'nobody'), 'invalid_email')
      await expectRefusal(request(db, null), 'invalid_email')
    }))

  it('is sent at most three times an hour', () =>
    inTransaction(async (db) => {
      const { email } = await forgetful(db)
      for (let i = 2; i <= 5; i++) expect(await request(db, email)).toEqual({ done: true })
      expect(await sent(db, email)).toHaveLength(2)
    }))

  it('is in the language that the patient chose, otherwise in that of the page', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { account_id } = await register(db, email)
      await sent(db, email)
      await request(db, email, 'de')
      await request(db, email, 'tlh')
      expect((await sent(db, email)).map(({ subject }) => subject).sort()).toEqual([
        'Choose a new password',
        'Wählen Sie ein neues Passwort',
      ])
      await db.query(`update app_public.customers set preferred_language = 'de' where account_id = $1`, [account_id])
      await request(db, email, 'en')
      expect(await sent(db, email)).toMatchObject([{ subject: 'Wählen Sie ein neues Passwort' }])
    }))

  it('leaves nothing stored that opens an account: only the digest of its token', () =>
    inTransaction(async (db) => {
      const { token } = await forgetful(db)
      await db.asOwner()
      const rows = await db.query('select m::text as row from app_private.account_messages m')
      expect(rows.filter(({ row }) => row.includes(token))).toEqual([])
    }))

  it('is retried with a working link when the mail server refuses it, and fails permanently in the end', () =>
    inTransaction(async (db) => {
      const { email } = await forgetful(db)
      await request(db, email)
      await db.asOwner()
      const claimed = async (minutes: number) =>
        (
          await db.query(
            `select id from app_private.claim_account_messages(10, now() + make_interval(mins => $1)) id`,
            [minutes],
          )
        ).map(({ id }) => id)
      const [id] = await claimed(0)
      const mail = await db.one(`select body from app_private.account_message_of($1, 'https://book.test')`, [id])
      await db.query(`select app_private.end_account_message($1, 'greylisted', '450')`, [id])
      expect(await claimed(0)).toEqual([])
      expect(await claimed(1)).toEqual([id])
      const again = await db.one(`select body from app_private.account_message_of($1, 'https://book.test')`, [id])
      const tokenIn = ({ body }: { body?: string }) => /token=(\S+)/.exec(body ?? '')?.[1] ?? ''
      await expectRefusal(reset(db, tokenIn(mail)), 'reset_token_invalid')
      await db.undone(() => reset(db, tokenIn(again)))
      await db.asOwner()
      await db.query(`select app_private.end_account_message($1, 'no such mailbox', '550')`, [id])
      expect(await claimed(1000)).toEqual([])
    }))
})
