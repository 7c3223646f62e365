-- The states of a slot (open, held, booked, withdrawn) and of a booking (booked, checked_in, completed, cancelled,
-- no_show). All other changes are refused, also those by DBAs. docs/database/state-machine.md has a diagram.
insert into app_public.state_transitions (entity, from_state, to_state, meaning) values
  ('booking_slot', 'open', 'held', 'hold_slot, or offered to the waiting list'),
  ('booking_slot', 'open', 'booked', 'book_slot, or a booking rescheduled to it'),
  ('booking_slot', 'open', 'withdrawn', 'withdraw_slot, or an absence'),
  ('booking_slot', 'held', 'open', 'release_hold, the hold expired, or nobody took the offer'),
  ('booking_slot', 'held', 'booked', 'book_slot by its holder or who is offered it, or by anybody once it expired'),
  ('booking_slot', 'held', 'withdrawn', 'withdraw_slot, or an absence'),
  ('booking_slot', 'booked', 'open', 'its booking was cancelled or moved away'),
  ('booking_slot', 'booked', 'withdrawn', 'its booking was cancelled or moved away; its doctor has left or is absent'),
  ('booking_slot', 'withdrawn', 'open', 'create_booking_slot opened it again, or its absence was removed'),
  ('booking', 'booked', 'checked_in', 'check_in'),
  ('booking', 'booked', 'cancelled', 'cancel_booking, or the slot or doctor went'),
  ('booking', 'booked', 'no_show', 'mark_no_show'),
  ('booking', 'checked_in', 'completed', 'complete_booking'),
  ('booking', 'checked_in', 'cancelled', 'the patient left, or the slot or doctor went')
on conflict (entity, from_state, to_state) do update set meaning = excluded.meaning;
-- Steps back, for mistakes. Operators may change the limits; later releases keep them.
insert into app_public.state_transitions (entity, from_state, to_state, meaning, time_limit) values
  ('booking', 'checked_in', 'booked', 'undo_check_in', '24 hours'),
  ('booking', 'completed', 'checked_in', 'undo_completion', '24 hours'),
  ('booking', 'no_show', 'booked', 'undo_no_show', '168 hours')
on conflict (entity, from_state, to_state) do nothing;
