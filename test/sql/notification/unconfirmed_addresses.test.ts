import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { claimsOf, register, type Tokens } from '../identity/sessions.ts'

// Anyone can register with the address of a stranger, so messages to an address that nobody has confirmed are few and
// contain nothing that the person typed.

/** Claims and sends what is due after some minutes, and returns the messages to this address. */
async function send(db: Db, minutes = 0) {
  await db.asOwner()
  const at = `now() + interval '${minutes} minutes'`
  const sent = []
  for (;;) {
    const claimed = await db.query(`select * from app_private.claim_notifications(20, ${at})`)
    if (claimed.length === 0) return sent
    for (const { clinic_id, id } of claimed) {
      sent.push(await db.one('select * from app_private.messages_of($1, array[$2]::bigint[])', [clinic_id, id]))
      await db.query(
        `select app_private.record_deliveries(jsonb_build_array(jsonb_build_object(
        'clinic_id', $1::bigint, 'id', $2::bigint)))`,
        [clinic_id, id],
      )
      await db.query(`update app_public.notifications set sent_at = ${at} where clinic_id = $1 and id = $2`, [
        clinic_id,
        id,
      ])
    }
  }
}

const confirmed = (db: Db, { account_id }: Tokens) =>
  db.asOwner().then(() => db.query('select app_private.record_confirmation($1)', [account_id]))

describe('a message to an address that nobody has confirmed', () => {
  it.each([
    ['en', /^Dear patient,/],
    ['de', /^Guten Tag Patient\/in,/],
  ])('contains neither the name nor the reason that the person typed, in %s', (language, greeting) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db)
      const tokens: Tokens = await db.as({}, () =>
        db.one('select * from app_public.register_customer($1, $2, $3, null, $4)', [
          'stranger@test.example',
          'a fine long password',
          'Buy pills at evil.example',
          language,
        ]),
      )
      await db.as(claimsOf(tokens), async () => {
        await cancel(
          db,
          clinicId,
          (await book(db, clinicId, slotId, { note: 'cheap pills' })).id,
          'more at evil.example',
        )
      })
      await db.asOwner()
      const kept = await aSlot(db, clinicId, doctorId, 51)
      await db.as(claimsOf(tokens), () => book(db, clinicId, kept, { note: 'cheap pills' }))
      const mails = await send(db)
      expect(mails.map(({ recipient }) => recipient)).toEqual(Array(2).fill('stranger@test.example'))
      for (const mail of mails) {
        expect(JSON.stringify(mail)).not.toMatch(/pills|evil/)
        expect(mail.body).toMatch(greeting)
      }
    }),
  )

  it('contains the reason of the clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      const tokens = await register(db)
      const { id } = await db.as(claimsOf(tokens), () => book(db, clinicId, slotId))
      await db.as(receptionist.claims, () => cancel(db, clinicId, id, 'The doctor is ill.'))
      expect((await send(db)).map(({ body }) => /The doctor is ill/.test(body))).toEqual([true])
    }))

  it('contains the name as soon as the address is confirmed', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId } = await aPractice(db)
      const tokens = await register(db)
      await db.as(claimsOf(tokens), () => book(db, clinicId, slotId))
      await confirmed(db, tokens)
      expect((await send(db)).map(({ body }) => body.split('\n')[0])).toEqual(['Dear Ann,'])
    }))
})

describe('messages to an address that nobody has confirmed', () => {
  it('are at most three an hour, however often somebody books and cancels; the last ones follow later', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      const tokens = await register(db)
      const sent = []
      for (let i = 0; i < 8; i++) {
        await db.asOwner()
        const slotId = await aSlot(db, clinicId, doctorId, 50 + i)
        const { id } = await db.as(claimsOf(tokens), () => book(db, clinicId, slotId))
        sent.push(...(await send(db)))
        if (i < 7) await db.as(claimsOf(tokens), () => cancel(db, clinicId, id))
        sent.push(...(await send(db)))
      }
      expect(sent).toHaveLength(3)
      // Nothing is lost: messages that still apply are sent after the hour has passed.
      const later: Record<string, string>[] = []
      for (let minutes = 15; minutes <= 300; minutes += 15) later.push(...(await send(db, minutes)))
      const pending = await db.query(
        `select from app_public.notifications where customer_id = (
           select id from app_public.customers where account_id = $1) and state = 'pending' and due_at <= now()`,
        [tokens.account_id],
      )
      expect(pending).toEqual([])
      expect(later.at(-1)?.subject).toMatch(/^Your appointment/)
    }))

  it('are limited together for all accounts that registered with the address', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      const first = await register(db, 'stranger@test.example')
      const second = await register(db, 'stranger@test.example', 'another long password')
      for (const [hour, tokens] of [first, second, first, second].entries()) {
        await db.asOwner()
        const slotId = await aSlot(db, clinicId, doctorId, 50 + hour)
        await db.as(claimsOf(tokens), async () => cancel(db, clinicId, (await book(db, clinicId, slotId)).id))
      }
      expect(await send(db)).toHaveLength(3)
      expect(await send(db, 59)).toHaveLength(0)
      expect(await send(db, 75)).toHaveLength(1)
    }))

  it('that waited are sent when the address is confirmed, and others are not limited', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      const tokens = await register(db)
      for (let i = 0; i < 5; i++) {
        await db.asOwner()
        const slotId = await aSlot(db, clinicId, doctorId, 50 + i)
        await db.as(claimsOf(tokens), async () => cancel(db, clinicId, (await book(db, clinicId, slotId)).id))
      }
      expect(await send(db)).toHaveLength(3)
      await confirmed(db, tokens)
      expect(await send(db)).toHaveLength(2)
    }))
})
