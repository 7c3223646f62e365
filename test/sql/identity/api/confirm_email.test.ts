import { describe, expect, it } from '@jest/globals'
import { aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, password, register, registerAndConfirm, sent, signIn, type Tokens } from '../sessions.ts'

const confirm = (db: Db, claims: Claims, token: string | null | undefined) =>
  db.as(claims, () => db.one('select * from app_public.confirm_email($1)', [token ?? null]))
const me = (db: Db, tokens: Tokens) =>
  db.as(claimsOf(tokens), () => db.one('select email, email_is_confirmed, new_email from app_public.current_person()'))
const change = (db: Db, tokens: Tokens, email: string, secret: string | null = password) =>
  db.as(claimsOf(tokens), () => db.one('select * from app_public.change_email($1, $2)', [email, secret]))
const again = (db: Db, tokens: Tokens, from?: string) =>
  db.as({ ...claimsOf(tokens), from }, () => db.one('select app_public.request_email_confirmation() as sent'))
const customerOf = async (db: Db, { account_id }: Tokens) => {
  await db.asOwner()
  return db.one('select id, email, email_verified_at from app_public.customers where account_id = $1', [account_id])
}

/** A patient who has registered and not opened the link of the mail, and the token of that link. */
async function newcomer(db: Db, email = anAddress()) {
  const tokens = await register(db, email)
  const [mail] = await sent(db, email)
  return { email, tokens, token: mail?.token }
}

describe('an e-mail address', () => {
  it('is confirmed by the person who is signed in to the account and opens the link', () =>
    inTransaction(async (db) => {
      const { email, tokens, token } = await newcomer(db)
      expect(await me(db, tokens)).toEqual({ email, email_is_confirmed: false, new_email: null })
      expect(await confirm(db, claimsOf(tokens), token)).toMatchObject({ email, email_is_confirmed: true })
      expect(await me(db, tokens)).toMatchObject({ email_is_confirmed: true })
      expect((await customerOf(db, tokens)).email_verified_at).not.toBeNull()
    }))

  it('is not confirmed by a wrong, foreign, expired or used link, with the same answer', () =>
    inTransaction(async (db) => {
      const { email, tokens, token } = await newcomer(db)
      const other = await newcomer(db)
      const answers = [
        await expectRefusal(confirm(db, claimsOf(tokens), 'x'), 'email_link_invalid'),
        await expectRefusal(confirm(db, claimsOf(tokens), null), 'email_link_invalid'),
        await expectRefusal(confirm(db, claimsOf(tokens), other.token), 'email_link_invalid'),
        await expectRefusal(confirm(db, claimsOf(other.tokens), token), 'email_link_invalid'),
      ]
      await confirm(db, claimsOf(tokens), token)
      answers.push(await expectRefusal(confirm(db, claimsOf(tokens), token), 'email_link_invalid'))
      await db.asOwner()
      await db.query('update app_private.account_messages set token_expires_at = now() where address = $1', [
        other.email,
      ])
      answers.push(await expectRefusal(confirm(db, claimsOf(other.tokens), other.token), 'email_link_invalid'))
      expect(new Set(answers.map(({ message, detail }) => `${message} ${detail}`)).size).toBe(1)
      expect(email).not.toBe(other.email)
      await expectRefusal(confirm(db, {}, other.token), 'insufficient_privilege')
    }))

  it('is not confirmed for a stranger when its owner opens the link, in a session of another account or without one', () =>
    inTransaction(async (db) => {
      const stranger = await newcomer(db)
      const owner = await register(db, stranger.email, 'the password of the owner')
      await expectRefusal(confirm(db, claimsOf(owner), stranger.token), 'email_link_invalid')
      expect(await me(db, stranger.tokens)).toMatchObject({ email_is_confirmed: false })
    }))

  it('that a stranger registered first belongs to the person who proves it: the account of the stranger ends', () =>
    inTransaction(async (db) => {
      const stranger = await newcomer(db)
      const owner = await register(db, stranger.email, 'the password of the owner')
      const [mail] = await sent(db, stranger.email)
      await confirm(db, claimsOf(owner), mail?.token)
      await expectRefusal(db.as(claimsOf(stranger.tokens)), 'unauthenticated')
      await db.asOwner()
      expect(await signIn(db, stranger.email, password)).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await signIn(db, stranger.email, 'the password of the owner')).toMatchObject({
        account_id: owner.account_id,
      })
      await expectRefusal(confirm(db, claimsOf(owner), stranger.token), 'email_link_invalid')
      // The link for a new password is for the account that owns the address now.
      await db.as({}, () => db.query('select app_public.request_password_reset($1)', [stranger.email]))
      await db.asOwner()
      expect(
        await db.one(
          `select account_id from app_private.account_messages where kind = 'password_reset' and address = $1`,
          [stranger.email],
        ),
      ).toEqual({ account_id: owner.account_id })
    }))

  it('that two accounts have confirmed stays with both', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const first = await registerAndConfirm(db, email)
      const second = await register(db, email, 'a password beside')
      const [mail] = await sent(db, email)
      await confirm(db, claimsOf(second), mail?.token)
      expect(await me(db, first)).toMatchObject({ email, email_is_confirmed: true })
      expect(await me(db, second)).toMatchObject({ email, email_is_confirmed: true })
    }))

  it('is confirmed by a link for a new password, which is sent to it as well', () =>
    inTransaction(async (db) => {
      const { email, tokens } = await newcomer(db)
      await db.as({}, () => db.query('select app_public.request_password_reset($1)', [email]))
      const [mail] = await sent(db, email)
      await db.as({}, () => db.query('select app_public.reset_password($1, $2)', [mail?.token, 'a new long password']))
      expect((await customerOf(db, tokens)).email_verified_at).not.toBeNull()
    }))

  it('gets the link again when its owner asks, three times an hour and a limited number per network', () =>
    inTransaction(async (db) => {
      const { email, tokens, token } = await newcomer(db)
      for (let i = 1; i <= 4; i++) expect(await again(db, tokens)).toEqual({ sent: true })
      const mails = await sent(db, email)
      expect(mails.map(({ kind }) => kind)).toEqual(Array(3).fill('email_confirmation'))
      // Every link works until one was used.
      await confirm(db, claimsOf(tokens), mails[1]?.token)
      for (const used of [token, mails[0]?.token, mails[2]?.token])
        await expectRefusal(confirm(db, claimsOf(tokens), used), 'email_link_invalid')
      expect(await again(db, tokens)).toEqual({ sent: false })
      await db.asOwner()
      const another = await newcomer(db)
      for (let i = 1; i <= 10; i++) await again(db, another.tokens, '192.0.2.77')
      await expectRefusal(again(db, another.tokens, '192.0.2.77'), 'too_many_attempts')
    }))
})

describe('a new address', () => {
  it('takes effect when the link that was sent to it is opened; until then the old one stays, and is notified', () =>
    inTransaction(async (db) => {
      const [old, next] = [anAddress(), anAddress()]
      const tokens = await registerAndConfirm(db, old)
      expect(await change(db, tokens, ` ${next.toUpperCase()}`)).toEqual({ new_email: next, refusal: null })
      expect(await me(db, tokens)).toEqual({ email: old, email_is_confirmed: true, new_email: next })
      expect(await customerOf(db, tokens)).toMatchObject({ email: old })
      expect((await sent(db, old)).map(({ kind }) => kind)).toEqual(['email_change_notice'])
      await db.query(
        `update app_private.account_messages set state = 'pending', send_after = now() where address = $1`,
        [next],
      )
      const [mail] = await sent(db, next)
      await confirm(db, claimsOf(tokens), mail?.token)
      expect(await me(db, tokens)).toEqual({ email: next, email_is_confirmed: true, new_email: null })
      expect(await customerOf(db, tokens)).toMatchObject({ email: next })
      expect(await signIn(db, old, password)).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await signIn(db, next, password)).toMatchObject({ account_id: tokens.account_id })
    }))

  it('confirms an account whose first address was mistyped', () =>
    inTransaction(async (db) => {
      const { tokens, token } = await newcomer(db)
      const right = anAddress()
      await change(db, tokens, right)
      const [mail] = await sent(db, right)
      await confirm(db, claimsOf(tokens), mail?.token)
      expect(await me(db, tokens)).toMatchObject({ email: right, email_is_confirmed: true })
      await expectRefusal(confirm(db, claimsOf(tokens), token), 'email_link_invalid')
    }))

  it('needs the password, and a wrong one counts as a failed sign-in', () =>
    inTransaction(async (db) => {
      const { tokens } = await newcomer(db)
      for (let failure = 1; failure <= 5; failure++)
        expect(await change(db, tokens, anAddress(), 'not it')).toEqual({
          new_email: null,
          refusal: 'wrong_credentials',
        })
      await expectRefusal(change(db, tokens, anAddress()), 'too_many_attempts')
      expect(await me(db, tokens)).toMatchObject({ new_email: null })
    }))

  it('is taken back by naming the old one, by another new one, and by a new password', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const tokens = await registerAndConfirm(db, email)
      const links: (string | undefined)[] = []
      for (const next of [anAddress(), anAddress()]) {
        await change(db, tokens, next)
        links.push((await sent(db, next))[0]?.token)
      }
      await expectRefusal(confirm(db, claimsOf(tokens), links[0]), 'email_link_invalid')
      await change(db, tokens, email)
      await expectRefusal(confirm(db, claimsOf(tokens), links[1]), 'email_link_invalid')
      expect(await me(db, tokens)).toEqual({ email, email_is_confirmed: true, new_email: null })
      await change(db, tokens, anAddress())
      await db.as({}, () => db.query('select app_public.request_password_reset($1)', [email]))
      const token = (await sent(db, email)).find(({ kind }) => kind === 'password_reset')?.token
      await db.as({}, () => db.query('select app_public.reset_password($1, $2)', [token, 'a new long password']))
      await db.asOwner()
      expect(await db.one('select new_email from app_private.accounts where id = $1', [tokens.account_id])).toEqual({
        new_email: null,
      })
    }))

  it('that another account has confirmed is refused only to the person who opens its mail', () =>
    inTransaction(async (db) => {
      const [taken, free] = [anAddress(), anAddress()]
      await registerAndConfirm(db, taken)
      const { tokens } = await newcomer(db)
      const toTaken = await change(db, tokens, taken)
      const [mail] = await sent(db, taken)
      expect(toTaken).toEqual({ ...(await change(db, tokens, free)), new_email: taken })
      await change(db, tokens, taken)
      await db.asOwner()
      const mails = await sent(db, taken)
      await expectRefusal(confirm(db, claimsOf(tokens), mails[0]?.token), 'email_taken')
      expect(mail?.kind).toBe('email_change')
    }))

  it('is not written to the profile directly by any caller except an operator', () =>
    inTransaction(async (db) => {
      const { email, tokens } = await newcomer(db)
      const write = (address: string | null) =>
        db.as(claimsOf(tokens), () =>
          db.one('update app_public.customers set email = $1 where account_id = $2 returning email', [
            address,
            tokens.account_id,
          ]),
        )
      await expectRefusal(write(anAddress()), 'email_needs_confirmation')
      expect(await write(email)).toEqual({ email })
      expect(await write(null)).toEqual({ email: null })
      expect(await write(email)).toEqual({ email })
      await db.asOwner()
      await db.query('update app_public.customers set email = $1 where account_id = $2', [
        anAddress(),
        tokens.account_id,
      ])
    }))
})

describe('an account whose address is not confirmed', () => {
  it('has one live booking, in whichever clinic, and books again when the address is confirmed', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aPractice(db), await aPractice(db)]
      const { tokens, token } = await newcomer(db)
      const book = ({ clinicId, slotId }: typeof here) =>
        db.as(claimsOf(tokens), () => db.one('select id from app_public.book_slot($1, $2)', [clinicId, slotId]))
      const { id } = await book(here)
      await expectRefusal(book(there), 'email_not_confirmed')
      await expectRefusal(
        db.as(claimsOf(tokens), () => db.query('select app_public.hold_slot($1, $2)', [there.clinicId, there.slotId])),
        'email_not_confirmed',
      )
      await db.undone(async () => {
        await db.as(claimsOf(tokens), () => db.query('select app_public.cancel_booking($1, $2)', [here.clinicId, id]))
        await book(there)
      })
      await confirm(db, claimsOf(tokens), token)
      await book(there)
    }))

  it('may hold two slots at once, and book one of them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db)
      const [second, third] = [await aSlot(db, clinicId, doctorId, 50), await aSlot(db, clinicId, doctorId, 51)]
      const { tokens } = await newcomer(db)
      const hold = (slot: string) =>
        db.as(claimsOf(tokens), () => db.query('select app_public.hold_slot($1, $2)', [clinicId, slot]))
      await hold(slotId)
      await hold(second)
      await hold(second)
      await expectRefusal(hold(third), 'email_not_confirmed')
      await db.as(claimsOf(tokens), () => db.query('select app_public.book_slot($1, $2)', [clinicId, second]))
    }))

  it('is removed after a day without a booking, so that its address is free', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db)
      const [idle, holding, booked, cancelled, confirmed] = [
        await newcomer(db),
        await newcomer(db),
        await newcomer(db),
        await newcomer(db),
        { email: anAddress(), tokens: null as unknown as Tokens },
      ]
      confirmed.tokens = await registerAndConfirm(db, confirmed.email)
      const call = (who: { tokens: Tokens }, statement: string, values: unknown[]) =>
        db.as(claimsOf(who.tokens), () => db.query(`select app_public.${statement}`, values))
      await call(holding, 'hold_slot($1, $2)', [clinicId, slotId])
      await call(booked, 'book_slot($1, $2)', [
        clinicId,
        await db.asOwner().then(() => aSlot(db, clinicId, doctorId, 50)),
      ])
      await db.asOwner()
      const slot = await aSlot(db, clinicId, doctorId, 51)
      const { id } = await db.as(claimsOf(cancelled.tokens), () =>
        db.one('select id from app_public.book_slot($1, $2)', [clinicId, slot]),
      )
      await call(cancelled, 'cancel_booking($1, $2)', [clinicId, id])
      await db.asOwner()
      const left = async () =>
        (
          await db.query(
            'select coalesce(email, claimed_email) as email from app_private.accounts where id = any ($1)',
            [[idle, holding, booked, cancelled, confirmed].map(({ tokens }) => tokens.account_id)],
          )
        ).map(({ email }) => email)
      const remove = (hours: number) =>
        db.query('select app_private.remove_old_records(1000, now() + make_interval(hours => $1))', [hours])
      await remove(23)
      expect(await left()).toHaveLength(5)
      await remove(25)
      expect((await left()).filter((email) => !email.endsWith('@erased.invalid')).sort()).toEqual(
        [booked.email, confirmed.email].sort(),
      )
      // The clinic's history of the others stays, without their names.
      expect(await left()).toHaveLength(4)
      expect(
        await db.query('select full_name from app_public.clinic_customers where clinic_id = $1 order by 1', [clinicId]),
      ).toEqual([{ full_name: 'Ann' }, { full_name: 'erased' }, { full_name: 'erased' }])
    }))
})
