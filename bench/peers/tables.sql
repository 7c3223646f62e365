-- What the peers book: the world once more in plain tables, as one makes them for an ORM. No row-level security, no rules of the database's beyond
-- one booking of a slot.
create schema peers;
create table peers.customers (
  id bigint primary key,
  full_name text not null,
  email text not null,
  is_active boolean not null default true
);
create table peers.policies (
  clinic_id bigint primary key,
  lead_minutes int not null,
  horizon_days int not null,
  max_live_bookings int not null,
  reminder_hours int not null
);
create table peers.slots (
  id bigint primary key,
  clinic_id bigint not null,
  doctor_id bigint not null,
  starts_at timestamptz not null,
  status text not null default 'open',
  customer_id bigint,
  unique (doctor_id, starts_at)
);
create table peers.bookings (
  id bigint generated always as identity primary key,
  clinic_id bigint not null,
  slot_id bigint not null unique references peers.slots (id),
  customer_id bigint not null references peers.customers (id),
  starts_at timestamptz not null,
  status text not null default 'booked',
  created_at timestamptz not null default now()
);
create index on peers.bookings (customer_id, starts_at);
create table peers.events (
  id bigint generated always as identity primary key,
  slot_id bigint not null,
  booking_id bigint references peers.bookings (id),
  customer_id bigint not null,
  from_state text,
  to_state text not null,
  created_at timestamptz not null default now()
);
create table peers.notifications (
  id bigint generated always as identity primary key,
  booking_id bigint not null references peers.bookings (id),
  customer_id bigint not null references peers.customers (id),
  kind text not null,
  state text not null default 'pending',
  due_at timestamptz not null,
  unique (booking_id, kind)
);
create index on peers.notifications (due_at) where state = 'pending';
-- What naive.ts writes: nothing here keeps a slot from being booked twice, as its author has checked that it is free.
create table peers.naive_bookings (id bigint generated always as identity primary key, slot_id bigint not null, customer_id bigint not null);

insert into peers.customers (id, full_name, email) select id, full_name, email from app_public.customers;
insert into peers.policies select id, 60, 366, 1000, 24 from app_public.clinics;
insert into peers.slots (id, clinic_id, doctor_id, starts_at) select id, clinic_id, doctor_id, starts_at from app_public.booking_slots order by id;
