import type { Mutation } from '../mutation.ts'

/** The record of events: complete, in order, and never changed. */
export const events: Mutation[] = [
  {
    name: 'the reason of an event can be rewritten',
    file: 'hash_event.sql',
    from: "encode(reason_digest, 'hex'), ",
    to: '',
    caughtBy: 'verify_events.test.ts',
  },
  {
    name: 'the customer of an event can be rewritten',
    file: 'hash_event.sql',
    from: 'event.booking_id, event.customer_id, ',
    to: 'event.booking_id, ',
    caughtBy: 'verify_events.test.ts',
  },
  {
    name: 'an event of a transaction that commits late is never published',
    file: 'publish_events.sql',
    from: ' and e.transaction_id < horizon',
    to: '',
    caughtBy: 'publish_events.test.ts',
  },
  {
    name: 'an event of a transaction that commits late is never sealed',
    file: 'seal_events.sql',
    from: ' and e.transaction_id < horizon',
    to: '',
    caughtBy: 'verify_events.test.ts',
  },
  {
    name: 'an event does not say who did it',
    file: 'record_booking_event.sql',
    from: `app_private.caller_kind(NEW.clinic_id),
    app_hidden.current_account_id());`,
    to: "'system', null);",
    caughtBy: 'events.test.ts',
  },
  {
    name: 'a hold that ends does not say whose it was',
    file: 'record_slot_event.sql',
    from: 'coalesce(NEW.customer_id, OLD.customer_id)',
    to: 'NEW.customer_id',
    caughtBy: 'events.test.ts',
  },
]
