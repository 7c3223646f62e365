create type app_public.clinic_right as enum ('manage', 'desk', 'staff');
comment on type app_public.clinic_right is
'A right in a clinic: manage (managers), desk (managers and receptionists), staff (everyone who works there).';

create domain app_public.email_address as text
  constraint email_addresses_are_one_mailbox_in_canonical_form check (app_hidden.require_mailbox(value));
comment on domain app_public.email_address is
'Exactly one mailbox in canonical form (app_hidden.canonical_address). Addresses are compared with =.';
