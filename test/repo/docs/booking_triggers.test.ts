import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'

/** Names and times of the triggers in the tables of docs/booking.md, in order. */
const documented = [
  ...readFileSync('docs/booking.md', 'utf8').matchAll(/^\| `(\w+)` \| (before|after|at commit) \|/gm),
].map(([, name, time]) => ({ name, time }))

// Bits of pg_trigger.tgtype: 2 before, 4 insert, 16 update.
const triggersOf = (table: string, operation: 4 | 16) => `
  select tgname as name, case when tgtype & 2 <> 0 then 'before' when tginitdeferred then 'at commit' else 'after' end as time
  from pg_trigger
  where tgrelid = 'app_public.${table}'::regclass and not tgisinternal and tgtype & ${operation} <> 0
  order by tgtype & 2 = 0, tginitdeferred, tgname collate "C"`

it('docs/booking.md lists the triggers that a booking fires, in the order in which PostgreSQL runs them', () =>
  inTransaction(async (db) => {
    const actual = [
      ...(await db.query(triggersOf('booking_slots', 16))),
      ...(await db.query(triggersOf('bookings', 4))),
    ]
    expect(actual.length).toBeGreaterThan(5)
    expect(documented).toEqual(actual)
  }))
