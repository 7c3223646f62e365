import type { Mutation } from '../../mutation.ts'

/** Rooms and equipment. */
export const rooms: Mutation[] = [
  {
    name: 'two transactions choose a room at once',
    file: 'lock_resources.sql',
    from: "perform pg_advisory_xact_lock(hashtextextended('medislot resources', lock_resources.clinic_id));",
    to: 'null;',
    caughtBy: 'concurrency/rooms.test.ts',
  },
  {
    name: 'a room may be in two visits at once',
    file: 'tables/resource_claims.sql',
    from: `  constraint claims_of_a_resource_never_overlap
    exclude using gist (clinic_id with =, resource_id with =, during with &&),
`,
    to: '',
    caughtBy: 'resources/constraints.test.ts',
  },
  {
    name: 'a cancelled visit keeps its room',
    file: 'claim_resources.sql',
    from: "if NEW.status = 'cancelled' or not NEW.takes_resources then",
    to: 'if not NEW.takes_resources then',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a visit that is moved keeps its room at the former time',
    file: 'claim_resources.sql',
    from: 'elsif (NEW.booking_slot_id, NEW.service_id) is not distinct from (OLD.booking_slot_id, OLD.service_id) then',
    to: 'else',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a room is free during the turnover',
    file: 'fill_resource_claim.sql',
    from: 'tstzrange(b.visit_starts_at, b.visit_ends_at + r.turnover)',
    to: 'tstzrange(b.visit_starts_at, b.visit_ends_at)',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a hold that has ended keeps a room',
    file: 'is_still_held.sql',
    from: 'claim.held_until > now() and exists (',
    to: 'true or exists (',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a hold keeps a room although it was released and made again',
    file: 'is_still_held.sql',
    from: `bs.status = 'held'
      and bs.held_until = claim.held_until`,
    to: `bs.status = 'held'`,
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a room that is not in use any more is given to visits',
    file: 'free_resources.sql',
    from: ' and r.is_active\n',
    to: '\n',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'an online visit takes a room',
    file: 'fill_booking_from_slot.sql',
    from: 'coalesce(service.takes_resources, false) and not NEW.is_online',
    to: 'coalesce(service.takes_resources, false)',
    caughtBy: 'claims.test.ts',
  },
  {
    name: 'a visit gets what its service does not need',
    file: 'change_booking_resource.sql',
    from: 'where c.clinic_id = booking.clinic_id and c.booking_id = booking.id and c.need = n.need\n',
    to: 'where c.clinic_id = booking.clinic_id and c.booking_id = booking.id\n',
    caughtBy: 'needs.test.ts',
  },
  {
    name: 'the search shows times without a free room',
    file: 'free_runs.sql',
    from: 'and (not service.takes_resources or app_private.has_free_resources(',
    to: 'and (true or app_private.has_free_resources(',
    caughtBy: 'search.test.ts',
  },
  {
    name: 'pages of the search end early where rooms are taken',
    file: 'free_runs.sql',
    from: 'service.start_every is null and not service.takes_resources and',
    to: 'service.start_every is null and',
    caughtBy: 'search.test.ts',
  },
  {
    name: 'needs get new numbers when others are removed',
    file: 'set_service_needs.sql',
    from: 'where p.resource_id = any (wanted.resource_ids) and p.need <> all (used);',
    to: 'where false;',
    caughtBy: 'needs.test.ts',
  },
]
