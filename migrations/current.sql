-- Clinics are found by a part of their name, and shown in its order: the API filters and orders by what an index covers.
create index on app_public.clinics (name);
