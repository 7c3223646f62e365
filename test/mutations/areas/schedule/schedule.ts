import type { Mutation } from '../../mutation.ts'

/** The generation of slots and their times. */
export const schedule: Mutation[] = [
  {
    name: 'the past of patients who are still checked in is archived',
    file: 'archive_past_slots.sql',
    from: "and b.booking_slot_id = bs.id and b.status = 'checked_in')",
    to: 'and false)',
    caughtBy: 'housekeeping.test.ts',
  },
  {
    name: 'a local time that the clocks skip gets a slot',
    file: 'local_instant.sql',
    from: 'if instant at time zone time_zone <> local_time then',
    to: 'if false then',
    caughtBy: 'sql/schedule/clocks/local_range.test.ts',
  },
  {
    name: 'a local time that occurs twice means the second occurrence',
    file: 'local_instant.sql',
    from: 'return earlier;',
    to: 'return instant;',
    caughtBy: 'sql/schedule/clocks/local_range.test.ts',
  },
  {
    name: 'slots are made for doctors who have left',
    file: 'make_booking_slots.sql',
    from: 'd.id = t.doctor_id and d.is_active',
    to: 'd.id = t.doctor_id',
    caughtBy: 'generate_booking_slots.test.ts',
  },
  {
    name: 'slots are made outside of the validity of their template',
    file: 'make_booking_slots.sql',
    from: 'and t.validity @> ti.slot_date',
    to: '',
    caughtBy: 'generate_booking_slots.test.ts',
  },
  {
    name: 'a due generation runs twice',
    file: 'make_booking_slots.sql',
    from: 'if make_booking_slots.due_at is not null and exists (',
    to: 'if false and exists (',
    caughtBy: 'generate_due_slots.test.ts',
  },
  {
    name: 'a slot whose visit has passed is withdrawn',
    file: 'withdraw_slot.sql',
    from: 'elsif live.ends_at <= now() then',
    to: 'elsif false then',
    caughtBy: 'withdraw_slot.test.ts',
  },
  {
    name: 'withdrawing the current day also withdraws visits that are over',
    file: 'withdraw_day.sql',
    from: "and bs.ends_at > now() and bs.status = 'booked';",
    to: "and bs.status = 'booked';",
    caughtBy: 'withdraw_day.test.ts',
  },
  {
    name: 'a changed template removes a slot that is held',
    file: 'follow_templates.sql',
    from: `bs.id = any (misfits)
    and (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now()
`,
    to: `bs.id = any (misfits)
    and (bs.status in ('open', 'held')
`,
    caughtBy: 'apply_templates.test.ts',
  },
  {
    name: 'what the desk dismissed is listed again',
    file: 'follow_templates.sql',
    from: "and rl.resolution = 'dismissed')",
    to: 'and false)',
    caughtBy: 'apply_templates.test.ts',
  },
  {
    name: 'a slot may start in four years',
    file: 'refuse_distant_slots.sql',
    from: 'made.starts_at > app_private.latest_slot_start()',
    to: "made.starts_at > app_private.latest_slot_start() + interval '1 year'",
    caughtBy: 'refuse_distant_slots.test.ts',
  },
  {
    name: 'the next generation is 168 hours after the last',
    file: 'next_generation.sql',
    from: `((last_due at time zone clinic.time_zone)::date + 7 + policy.generation_time)
      at time zone clinic.time_zone`,
    to: "last_due + interval '168 hours'",
    caughtBy: 'next_generation.test.ts',
  },
  {
    name: 'a slot is opened again without a look at the slots at its time',
    file: 'reopen_slot.sql',
    from: 'if exists (\n',
    to: 'if false and exists (\n',
    caughtBy: 'overlapping_slots.test.ts',
  },
  {
    name: 'slots are generated without a look at the slots at their times',
    file: 'insert_slots.sql',
    from: 'if overlapping is not null then',
    to: 'if false then',
    caughtBy: 'overlapping_slots.test.ts',
  },
]
