import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { book } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { textOf, tokenIn } from './links.ts'

const purposes = ['manage', 'join', 'offer', 'confirm', 'feed']

/** What each token leads to, as a caller outside any network, who is not limited. */
async function seenWith(db: Db, tokens: (string | null)[]) {
  return db.as({}, () =>
    db.query<{ booking_id: string | null; refusal: string | null }>(
      `select l.booking_id, l.refusal from unnest($1::text[]) with ordinality as t (token, n)
       cross join lateral app_public.booking_by_link(t.token) l order by t.n`,
      [tokens],
    ),
  )
}

it('a token that was changed, cut, joined from two or made up is not valid, and causes no error', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, slotId, customer } = await aPractice(db)
    const tokens: string[] = []
    for (const slot of [slotId, await aSlot(db, clinicId, doctorId, 50)]) {
      const { id } = await book(db, clinicId, slot, { customerId: customer.customerId })
      tokens.push(tokenIn(await textOf(db, id)))
    }
    const [one = '', two = ''] = tokens
    const place = fc.nat(one.length - 1)
    const character = fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom(...'0189azAZ-_.%| '))
    const changed = fc.oneof(
      fc.tuple(place, character).map(([at, put]) => one.slice(0, at) + put + one.slice(at + 1)),
      fc.tuple(place, character).map(([at, put]) => one.slice(0, at) + put + one.slice(at)),
      place.map((at) => one.slice(0, at)),
      place.map((at) => one.slice(at + 1)),
      place.map((at) => one.slice(0, at + 1) + two.slice(at + 1)),
      fc.string({ maxLength: 60 }),
      fc.string({ maxLength: 30, unit: 'binary' }).map((text) => `${one}${text.replaceAll('\0', '')}x`),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 2n ** 70n }), fc.bigInt({ min: 0n, max: 2n ** 70n }))
        .map(([clinic, booking]) => `1.AAAAAAAAAAAAAAAA.m${clinic.toString(16)}-${booking.toString(16)}`),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(changed, { minLength: 40, maxLength: 40 }), async (made) => {
        const wrong = made.map((token) => token.replaceAll('\0', '')).filter((token) => !tokens.includes(token))
        for (const [n, { booking_id, refusal }] of (await seenWith(db, wrong)).entries())
          expect([wrong[n], booking_id, refusal]).toEqual([wrong[n], null, 'link_invalid'])
      }),
      { numRuns: 25 },
    )
    expect((await seenWith(db, tokens)).map(({ refusal }) => refusal)).toEqual([null, null])
  }))

it('a token contains its purpose, and differs by key, purpose, clinic, subject and generation', () =>
  inTransaction(async (db) => {
    const earlier = await db.one('select max(id) as key from app_private.link_keys')
    await db.query('select app_private.rotate_link_key()')
    const later = await db.one('select max(id) as key from app_private.link_keys')
    const macs = new Set<string>()
    let count = 0
    for (const key of [earlier.key, later.key])
      for (const purpose of purposes)
        for (const [clinic, subject] of [
          ['1', '23'],
          ['12', '3'],
          ['9223372036854775', '1'],
        ])
          for (const generation of [0, 1]) {
            const { token } = await db.one('select app_private.link_token($1, $2, $3, $4, $5) as token', [
              purpose,
              clinic,
              subject,
              generation,
              key,
            ])
            const read = await db.one('select * from app_private.read_link($1)', [token])
            expect(read).toEqual({ key_id: key, purpose, clinic_id: clinic, subject_id: subject })
            macs.add(token.split('.')[1])
            count++
          }
    expect(macs.size).toBe(count)
  }))
