import type { Mutation } from '../../mutation.ts'

/** Links in messages. */
export const links: Mutation[] = [
  {
    name: 'a link for another purpose manages a booking',
    file: 'link_token.sql',
    from: 'subject_id, purpose, generation)',
    to: 'subject_id, generation)',
    caughtBy: 'booking_by_link.test.ts',
  },
  {
    name: 'a link stays valid when the desk sends a new one',
    file: 'link_token.sql',
    from: 'purpose, generation)',
    to: 'purpose)',
    caughtBy: 'booking_by_link.test.ts',
  },
  {
    name: 'a link is valid for ever',
    file: 'booking_of_link.sql',
    from: " and b.ends_at > now() - interval '1 day'",
    to: '',
    caughtBy: 'booking_by_link.test.ts',
  },
  {
    name: 'a member of staff who opens the link of a patient acts as the desk',
    file: 'begin_as_link_holder.sql',
    from: 'staff_clinic_ids,desk_clinic_ids,manager_clinic_ids',
    to: 'manager_clinic_ids',
    caughtBy: 'booking_by_link.test.ts',
  },
  {
    name: 'an operator who opens the link of a patient acts as the desk',
    file: 'caller_is_operator.sql',
    from: "current_setting('medislot.by_link', true) is distinct from 'on' and ",
    to: '',
    caughtBy: 'booking_by_link.test.ts',
  },
  {
    name: 'tokens that are not valid are not counted',
    file: 'refuse_link.sql',
    from: "  perform app_private.count_network_attempt('link');\n",
    to: '',
    caughtBy: 'booking_by_link.test.ts',
  },
]
