import { Client } from 'pg'

const patients = [
  'Ann Becker',
  'Mehmet Yılmaz',
  'Charlotte von Hohenfels-Ried',
  'Jakub Zieliński',
  'Maria Rossi',
  'Lukas Hartmann',
  'Sofia Petrova',
  'David Okafor',
  'Hannah Schulz',
  'Wiebke Janssen',
  'Emil Krüger',
  'Fatima Haddad',
  'Noah Fuchs',
  'Ines Carvalho',
  'Theo Lange',
]
const notes = ['First visit.', 'Brings the blood results.', 'Needs a certificate for work.']

/**
 * Fills the next working day of the demo's first clinic as it would be at the given hour: some patients have come, some
 * wait, some did not come, some are booking. Takes the database's address. Returns the clinic's id and the local date.
 */
export async function livelyDay(databaseUrl: string, hour: number): Promise<{ clinicId: string; date: string }> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows: clinics } = await client.query('select id from app_public.clinics order by id limit 1')
  const clinicId = clinics[0].id as string
  const { rows: days } = await client.query(
    'select min(slot_date)::text as date from app_public.booking_slots where clinic_id = $1 and slot_date > current_date',
    [clinicId],
  )
  const date = days[0].date as string
  const customers: string[] = []
  for (const [i, name] of patients.entries()) {
    const { rows } = await client.query('select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)', [
      clinicId,
      name,
      i % 4 === 3 ? null : `${name.split(' ')[0]?.toLowerCase()}@patients.example`,
      `+49 30 5550${100 + i}`,
    ])
    customers.push(rows[0].customer_id)
  }
  const { rows: slots } = await client.query(
    `select bs.id, extract(hour from bs.starts_at at time zone c.time_zone) + extract(minute from bs.starts_at at time zone c.time_zone) / 60 as hour
     from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id
     where bs.clinic_id = $1 and bs.slot_date = $2 and bs.status = 'open' order by bs.doctor_id, bs.starts_at`,
    [clinicId, date],
  )
  for (const [i, { id, hour: at }] of slots.entries()) {
    const customer = customers[(i * 7) % customers.length] as string
    await happen(client, { clinicId, id, customer, i, hoursFromNow: Number(at) - hour })
  }
  // The holds last until the pictures are made.
  await client.query(
    `update app_public.booking_slots set held_until = starts_at where clinic_id = $1 and slot_date = $2 and status = 'held'`,
    [clinicId, date],
  )
  await client.end()
  return { clinicId, date }
}

interface SlotOfDay {
  clinicId: string
  id: string
  customer: string
  /** Its number in the day. */
  i: number
  hoursFromNow: number
}

/** Withdraws, holds or books a slot, or leaves it free. */
async function happen(client: Client, { clinicId, id, customer, i, hoursFromNow }: SlotOfDay): Promise<void> {
  const dice = (i * 7919) % 100
  if (dice < 4) await client.query('select app_public.withdraw_slot($1, $2)', [clinicId, id])
  else if (dice < 8 && hoursFromNow > 0) {
    await client.query('select app_public.hold_slot($1, $2, $3)', [clinicId, id, customer]).catch(() => undefined)
  } else if (dice < (hoursFromNow < 0 ? 80 : 50)) {
    // Patients with another booking at that time are left out.
    const { rows } = await client
      .query('select id from app_public.book_slot($1, $2, $3, $4)', [clinicId, id, customer, notes[i % 9] ?? null])
      .catch(() => ({ rows: [] }))
    if (rows[0]) await advance(client, clinicId, rows[0].id, becomes(hoursFromNow, dice))
  }
}

/** The states of a visit that began so many hours ago or will begin: who came, who was seen, and who did not come. */
function becomes(hoursFromNow: number, dice: number): string[] {
  if (hoursFromNow > 0.4) return []
  if (hoursFromNow >= -0.5) return ['checked_in']
  return dice % 8 === 0 ? ['no_show'] : ['checked_in', 'completed']
}

async function advance(client: Client, clinicId: string, bookingId: string, states: string[]): Promise<void> {
  for (const status of states)
    await client.query('update app_public.bookings set status = $3 where clinic_id = $1 and id = $2', [
      clinicId,
      bookingId,
      status,
    ])
}

/** Gives the demo's first clinic two past weeks like its next two, with patients who came or did not, and free slots. */
export async function livelyPast(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    // One statement, at whose end slots and bookings are consistent. Each doctor has one patient, so no bookings overlap.
    await client.query(
      `with slots as (
         select bs.*, dense_rank() over (order by bs.doctor_id) as doctor_no, bs.id * 7919 % 100 as dice
         from app_public.booking_slots bs
         where bs.clinic_id = (select min(id) from app_public.clinics) and bs.slot_date - 14 < current_date
       ), patients as (
         select cc.customer_id, row_number() over (order by cc.customer_id) as no
         from app_public.clinic_customers cc
         where cc.clinic_id = (select min(id) from app_public.clinics)
       ), past as (
         insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id)
         select s.clinic_id, s.doctor_id, s.time_slot_id, s.slot_date - 14,
                tstzrange(lower(s.during) - interval '14 days', upper(s.during) - interval '14 days'),
                case when p.no is null then 'open' else 'booked' end::app_public.slot_status, p.customer_id
         from slots s
         left join patients p on p.no = s.doctor_no and s.dice < 78
         returning clinic_id, id, customer_id
       )
       insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, status)
       select clinic_id, id, customer_id, case when id * 31 % 100 < 6 then 'no_show' else 'completed' end::app_public.booking_status
       from past where customer_id is not null`,
    )
  } finally {
    await client.end()
  }
}
