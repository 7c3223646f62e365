import type { Mutation } from '../../mutation.ts'

/** Series of visits. */
export const series: Mutation[] = [
  {
    name: 'the slots of a series are not checked under the lock',
    file: 'book_series.sql',
    from: '    perform app_private.assert_claimable(slot, customer.id, book_series.service_id);\n',
    to: '',
    caughtBy: 'concurrency/series_at_once.test.ts',
  },
  {
    name: 'the desk books a series of a service that is paid in full',
    file: 'book_series.sql',
    from: 'in_series => true',
    to: 'in_series => false',
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'each visit of a series is confirmed',
    file: 'book_series.sql',
    from: "audience => 'others'",
    to: "audience => 'everybody'",
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'each visit of a series counts against the limit',
    file: 'assert_below_limit.sql',
    from: 'count(distinct coalesce(-b.series_id, b.id))',
    to: 'count(*)',
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'the other visits of a series are not confirmed when the first one changes',
    file: 'drop_notifications.sql',
    from: 'continue when dropped.series_booking_ids is null;',
    to: 'continue;',
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'a series cancels visits before the date',
    file: 'visits_ahead.sql',
    from: 'and b.slot_date >= visits_ahead.from_date ',
    to: '',
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'the calendar keeps the entry of a visit that was moved and cancelled with its series',
    file: 'cancel_series.sql',
    from: "case when has_own_entry then 'everybody' else 'others' end",
    to: "'others'",
    caughtBy: 'book_series.test.ts',
  },
  {
    name: 'visits that move to a later time take slots that are not left yet',
    file: 'move_series.sql',
    from: 'order by case when bs.starts_at > b.starts_at then b.starts_at end desc nulls last, b.starts_at',
    to: 'order by b.starts_at',
    caughtBy: 'move_series.test.ts',
  },
  {
    name: 'visits of another series are moved',
    file: 'assert_moves_of_series.sql',
    from: '    and b.series_id = assert_moves_of_series.series_id\n',
    to: '',
    caughtBy: 'move_series.test.ts',
  },
  {
    name: 'the times of visits that move count as taken in a plan',
    file: 'plan_series_move.sql',
    from: 'visit.customer_id,\n      own_slot_ids)',
    to: "visit.customer_id,\n      '{}')",
    caughtBy: 'move_series.test.ts',
  },
  {
    name: 'a plan offers times of an absence',
    file: 'plan_visit.sql',
    from: "is not null then 'doctor_absent'\n",
    to: 'is not null then null\n',
    caughtBy: 'plan_series.test.ts',
  },
]
