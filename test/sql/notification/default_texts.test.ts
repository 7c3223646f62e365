import { expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { inTransaction } from '../../helpers/database/database.ts'
import { pages, textOf } from '../link/links.ts'

it('every default text has the link to the booking, and is complete without it', () =>
  inTransaction(async (db) => {
    const texts = await db.query('select kind, channel, language, body from app_public.default_notification_texts')
    expect(texts.length).toBeGreaterThanOrEqual(20)
    for (const { kind, channel, language, body } of texts)
      expect([kind, channel, language, body]).toEqual([
        kind,
        channel,
        language,
        expect.stringMatching(/\{\{#link\}\}[^{]*\{\{link\}\}\s*\{\{\/link\}\}/),
      ])
    const { clinicId, slotId, customer } = await aPractice(db)
    const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
    const withLink = await textOf(db, id)
    const link = withLink.match(/https:\S+/)?.[0] as string
    expect(link.startsWith(`${pages}/visit#`)).toBe(true)
    const { body } = await db.one(
      `select m.body from app_public.notifications n cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
       where n.booking_id = $1 and n.kind = 'booking_confirmed' and n.channel = 'email'`,
      [id],
    )
    expect(body).toBe(withLink.replace(`See, move or cancel it: ${link}\n\n`, ''))
  }))

it('a link of an SMS ends in a letter or digit, and leaves room for the text', () =>
  inTransaction(async (db) => {
    for (const [clinic, subject] of [
      ['1', '1'],
      ['4711', '123456789'],
    ]) {
      const { token } = await db.one(`select app_private.link_token('manage', $1, $2, 0) as token`, [clinic, subject])
      expect(token).toMatch(/[0-9a-f]$/)
      expect(token.length).toBeLessThanOrEqual(33)
    }
  }))
