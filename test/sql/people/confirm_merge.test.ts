import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { anAccount, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import {
  anAddress,
  claimsOf,
  password,
  register,
  registerAndConfirm,
  sent,
  signIn,
  type Tokens,
} from '../identity/sessions.ts'
import { textOf, tokenIn } from '../link/links.ts'

const ask = (db: Db, tokens: Tokens, address: string, secret: string | null = password) =>
  db.as(claimsOf(tokens), () => db.one('select * from app_public.request_account_merge($1, $2)', [address, secret]))
const confirm = (db: Db, tokens: Tokens, token: string | undefined, forCustomerId: string | null = null) =>
  db.as(claimsOf(tokens), () =>
    db.query('select * from app_public.confirm_merge($1, $2)', [token ?? null, forCustomerId]),
  )
const bookingsOf = (db: Db, tokens: Tokens) =>
  db.as(claimsOf(tokens), async () =>
    (await db.query('select id from app_public.bookings order by id')).map(({ id }) => id as string),
  )
const customerOf = async (db: Db, { account_id }: Tokens): Promise<string> => {
  await db.asOwner()
  return (await db.one('select id from app_public.customers where account_id = $1', [account_id])).id
}
const merges = (db: Db) =>
  db.query(
    'select from_customer_id, into_customer_id, basis, undone_at is not null as undone from app_public.customer_merges order by id',
  )

/** Two confirmed accounts of one person, each with a visit. */
async function twoAccounts(db: Db) {
  const { clinicId, doctorId, slotId } = await aPractice(db)
  const [address, otherAddress] = [anAddress(), anAddress()]
  const [own, other] = [await registerAndConfirm(db, address), await registerAndConfirm(db, otherAddress)]
  const later = await aSlot(db, clinicId, doctorId, 60)
  const visit = await db.as(claimsOf(own), () => book(db, clinicId, slotId))
  const otherVisit = await db.as(claimsOf(other), () => book(db, clinicId, later))
  return { clinicId, doctorId, address, otherAddress, own, other, visits: [visit.id, otherVisit.id], otherVisit }
}

describe('a person with two accounts', () => {
  it('merges them by a link that is mailed to the other address, and separates them again', () =>
    inTransaction(async (db) => {
      const { clinicId, address, otherAddress, own, other, visits, otherVisit } = await twoAccounts(db)
      expect(await ask(db, own, otherAddress)).toEqual({ requested: true, refusal: null })
      const [mail] = await sent(db, otherAddress)
      expect(mail).toMatchObject({ kind: 'account_merge' })
      expect(mail?.body).toContain('/confirm-email/merge#token=')
      expect(await bookingsOf(db, own)).toEqual([visits[0]])

      expect(await confirm(db, own, mail?.token)).toMatchObject([
        { id: await customerOf(db, other), merged_into_id: await customerOf(db, own) },
      ])
      expect(await bookingsOf(db, own)).toEqual(visits)
      expect(await bookingsOf(db, other)).toEqual(visits)
      await db.as(claimsOf(own), () => cancel(db, clinicId, otherVisit.id))
      expect((await sent(db, address)).map(({ kind }) => kind)).toEqual(['accounts_merged'])

      await db.as(claimsOf(other), async () =>
        db.query('select app_public.undo_merge($1)', [
          (await db.one('select id from app_public.customers where merged_into_id is not null')).id,
        ]),
      )
      expect(await bookingsOf(db, own)).toEqual([visits[0]])
      expect(await bookingsOf(db, other)).toEqual([visits[1]])
      // The link was used, so it does not merge them again.
      await expectRefusal(confirm(db, own, mail?.token), 'merge_link_invalid')
      expect(await merges(db)).toMatchObject([{ basis: 'accounts', undone: true }])
    }))

  it('merges them when both are of one address: registering again made the second', () =>
    inTransaction(async (db) => {
      const address = anAddress()
      const first = await registerAndConfirm(db, address)
      const second = await register(db, address, 'another fine password')
      const [confirmation] = await sent(db, address)
      await db.as(claimsOf(second), () => db.query('select app_public.confirm_email($1)', [confirmation?.token]))
      await ask(db, second, address, 'another fine password')
      const [mail] = await sent(db, address)
      await confirm(db, second, mail?.token)
      expect(await merges(db)).toMatchObject([
        { from_customer_id: await customerOf(db, first), into_customer_id: await customerOf(db, second) },
      ])
    }))

  it('keeps the account as the survivor into which a clinic’s record was merged, so that there is no chain', () =>
    inTransaction(async (db) => {
      const { otherAddress, own, other, visits } = await twoAccounts(db)
      const { id: record } = await db.one(
        `insert into app_public.customers (full_name) values ('By telephone') returning id`,
      )
      await db.query('select app_public.merge_customers($1, $2)', [record, await customerOf(db, other)])
      await ask(db, own, otherAddress)
      await confirm(db, own, (await sent(db, otherAddress))[0]?.token)
      expect((await merges(db)).at(-1)).toMatchObject({
        from_customer_id: await customerOf(db, own),
        into_customer_id: await customerOf(db, other),
      })
      expect(await bookingsOf(db, own)).toEqual(visits)
    }))

  it('does not merge them by a link that is wrong, used, expired, or opened in another account, with the same answer', () =>
    inTransaction(async (db) => {
      const { otherAddress, own, other } = await twoAccounts(db)
      const stranger = await registerAndConfirm(db)
      await ask(db, own, otherAddress)
      const [mail] = await sent(db, otherAddress)
      const answers = [
        await expectRefusal(confirm(db, own, 'x'), 'merge_link_invalid'),
        await expectRefusal(confirm(db, own, undefined), 'merge_link_invalid'),
        await expectRefusal(confirm(db, other, mail?.token), 'merge_link_invalid'),
        await expectRefusal(confirm(db, stranger, mail?.token), 'merge_link_invalid'),
      ]
      // A later request ends the link.
      await ask(db, own, otherAddress)
      answers.push(await expectRefusal(confirm(db, own, mail?.token), 'merge_link_invalid'))
      const [newer] = await sent(db, otherAddress)
      await db.query(`update app_private.account_messages set token_expires_at = now() where kind = 'account_merge'`)
      answers.push(await expectRefusal(confirm(db, own, newer?.token), 'merge_link_invalid'))
      await ask(db, own, otherAddress)
      const [last] = await sent(db, otherAddress)
      await confirm(db, own, last?.token)
      answers.push(await expectRefusal(confirm(db, own, last?.token), 'merge_link_invalid'))
      expect(new Set(answers.map(({ message, detail }) => `${message} ${detail}`)).size).toBe(1)
      await expectRefusal(
        db.as({}, () => db.query('select app_public.confirm_merge($1)', [last?.token])),
        'insufficient_privilege',
      )
    }))

  it('refuses a wrong password and counts it, and callers who are not confirmed or not patients', () =>
    inTransaction(async (db) => {
      const { address, otherAddress, own } = await twoAccounts(db)
      expect(await ask(db, own, otherAddress, 'not the password')).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await sent(db, otherAddress)).toEqual([])
      for (let attempt = 2; attempt <= 5; attempt++) await ask(db, own, otherAddress, 'not the password')
      await expectRefusal(ask(db, own, otherAddress), 'too_many_attempts')
      await expectRefusal(signIn(db, address), 'too_many_attempts')
      await expectRefusal(ask(db, await register(db), otherAddress), 'email_not_confirmed')
      await expectRefusal(ask(db, await registerAndConfirm(db), 'a@b@c'), 'invalid_email')
      const { claims } = await anAccount(db)
      await db.as(claims, () =>
        expectRefusal(db.query('select app_public.request_account_merge($1)', [otherAddress]), 'customer_not_found'),
      )
    }))

  it('is mailed nothing where no confirmed account of another patient has the address, and the export does not say so', () =>
    inTransaction(async (db) => {
      const { address, otherAddress, own, other } = await twoAccounts(db)
      const unconfirmed = anAddress()
      await register(db, unconfirmed)
      await sent(db, unconfirmed)
      const { accountId: employee } = await anAccount(db)
      const { email: worker } = await db.one('select email from app_private.accounts where id = $1', [employee])
      for (const nobodys of [anAddress(), unconfirmed, worker as string, address]) {
        expect(await ask(db, own, nobodys)).toEqual({ requested: true, refusal: null })
        expect(await sent(db, nobodys)).toEqual([])
      }
      await db.query('update app_private.accounts set is_active = false where id = $1', [other.account_id])
      await ask(db, own, otherAddress)
      expect(await sent(db, otherAddress)).toEqual([])
      const { account } = await db.as(claimsOf(own), () => db.one('select * from app_public.export_customer()'))
      const asked = account.messages.filter(({ kind }: { kind: string }) => kind === 'account_merge')
      expect(asked).toHaveLength(5)
      for (const message of asked) expect(Object.keys(message).sort()).toEqual(['createdAt', 'kind'])
    }))
})

/** A record that a desk made with another address than the account's, with a visit, and the link of its message. */
async function aRecordElsewhere(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, slotId, receptionist } = practice
  const [address, recorded] = [anAddress(), anAddress()]
  const own = await registerAndConfirm(db, address)
  const { customer_id: record } = await db.as(receptionist.claims, () =>
    db.one('select * from app_public.add_clinic_customer($1, $2, $3)', [clinicId, 'By telephone', recorded]),
  )
  const visit = await db.as(receptionist.claims, () => book(db, clinicId, slotId, { customerId: record }))
  const link = tokenIn(await textOf(db, visit.id))
  return { ...practice, own, recorded, record: record as string, visit, link }
}

const askByLink = (db: Db, tokens: Tokens, link: string) =>
  db.as({ ...claimsOf(tokens), from: '192.0.2.1' }, () =>
    db.one('select * from app_public.request_record_by_link($1)', [link]),
  )

describe('a clinic’s record with another address than the account', () => {
  it('is added by the link of a message and a second link that is mailed to the recorded address', () =>
    inTransaction(async (db) => {
      const { clinicId, own, recorded, record, visit, link } = await aRecordElsewhere(db)
      expect(await askByLink(db, own, link)).toMatchObject({ booking_id: visit.id, refusal: null })
      // The link of the message, which may have been forwarded, adds nothing.
      expect(await bookingsOf(db, own)).toEqual([])
      const [mail] = await sent(db, recorded)
      expect(mail).toMatchObject({ kind: 'record_claim' })
      expect(await confirm(db, own, mail?.token)).toMatchObject([{ id: record }])
      expect(await bookingsOf(db, own)).toEqual([visit.id])
      await db.as(claimsOf(own), () => cancel(db, clinicId, visit.id))
      await db.asOwner()
      expect(await merges(db)).toMatchObject([{ basis: 'address', undone: false }])
      // Like every claim, this one ends when the clinic corrects the address.
      await db.query(`update app_public.clinic_customers set email = 'right@test.example' where customer_id = $1`, [
        record,
      ])
      expect(await bookingsOf(db, own)).toEqual([])
    }))

  it('is added to a dependant, and to nobody else’s', () =>
    inTransaction(async (db) => {
      const { own, recorded, link } = await aRecordElsewhere(db)
      const { dependant_customer_id: child } = await db.as(claimsOf(own), () =>
        db.one(`select * from app_public.add_dependant('Tim', current_date - 2000, 'parent')`),
      )
      await askByLink(db, own, link)
      const [mail] = await sent(db, recorded)
      const stranger = await registerAndConfirm(db)
      await expectRefusal(confirm(db, own, mail?.token, await customerOf(db, stranger)), 'customer_not_found')
      expect(await confirm(db, own, mail?.token, child)).toMatchObject([{ merged_into_id: child }])
    }))

  it('is not added once the clinic corrected the address, or somebody else has the record', () =>
    inTransaction(async (db) => {
      const { own, recorded, record, link } = await aRecordElsewhere(db)
      await askByLink(db, own, link)
      const [mail] = await sent(db, recorded)
      await db.undone(async () => {
        await db.query(`update app_public.clinic_customers set email = 'right@test.example' where customer_id = $1`, [
          record,
        ])
        await expectRefusal(confirm(db, own, mail?.token), 'merge_link_invalid')
      })
      const owner = await registerAndConfirm(db, recorded)
      await db.as(claimsOf(owner), () => db.query('select app_public.claim_customer($1)', [record]))
      await expectRefusal(confirm(db, own, mail?.token), 'merge_link_invalid')
      // And nothing is mailed any more, with the same answer.
      expect(await askByLink(db, own, link)).toMatchObject({ refusal: null })
      expect(await sent(db, recorded)).toEqual([])
    }))

  it('is not asked for without a valid link, an account, or a confirmed address; nothing is mailed without an address', () =>
    inTransaction(async (db) => {
      const { own, record, link } = await aRecordElsewhere(db)
      expect(await askByLink(db, own, `${link}0`)).toMatchObject({ refusal: 'link_invalid' })
      await expectRefusal(askByLink(db, await register(db), link), 'email_not_confirmed')
      const { claims } = await anAccount(db)
      await db.as(claims, () =>
        expectRefusal(db.query('select app_public.request_record_by_link($1)', [link]), 'customer_not_found'),
      )
      await expectRefusal(
        db.as({}, () => db.query('select app_public.request_record_by_link($1)', [link])),
        'insufficient_privilege',
      )
      await db.query('update app_public.clinic_customers set email = null where customer_id = $1', [record])
      expect(await askByLink(db, own, link)).toMatchObject({ refusal: null })
      expect(await db.query(`select 1 from app_private.account_messages where kind = 'record_claim'`)).toEqual([])
    }))

  it('is erased with the mail about it', () =>
    inTransaction(async (db) => {
      const { own, recorded, record, link } = await aRecordElsewhere(db)
      await askByLink(db, own, link)
      const [mail] = await sent(db, recorded)
      await db.query('select app_public.erase_customer($1)', [record])
      expect(await db.query(`select 1 from app_private.account_messages where kind = 'record_claim'`)).toEqual([])
      await expectRefusal(confirm(db, own, mail?.token), 'merge_link_invalid')
    }))
})
