import type { Db } from '../database/database.ts'

type Caller = Pick<Db, 'one'>

export interface Absence {
  id: string
  doctor_id: string | null
  kind: string
  during: string
  source_key: string | null
  row_version: number
}

interface Given {
  doctorId?: string | null
  /** Local dates. */
  from: string
  until?: string
  /** Local times. */
  start?: string | null
  end?: string | null
  kind?: string
  booked?: 'refuse' | 'list' | 'cancel'
  note?: string | null
  reason?: string | null
  sourceKey?: string | null
  key?: string | null
}

export const addAbsence = (
  db: Caller,
  clinicId: string,
  {
    doctorId = null,
    from,
    until = from,
    start = null,
    end = null,
    kind = 'vacation',
    booked = 'refuse',
    note = null,
    reason = null,
    sourceKey = null,
    key = null,
  }: Given,
) =>
  db.one<Absence & Record<string, unknown>>(
    `select * from app_public.add_absence($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [clinicId, kind, from, until, doctorId, start, end, note, booked, reason, sourceKey, key],
  )

/** Changes an absence; what is left out of the change becomes empty. */
export const changeAbsence = (
  db: Caller,
  clinicId: string,
  absenceId: string,
  {
    from,
    until = from,
    start = null,
    end = null,
    kind = 'vacation',
    booked = 'refuse',
    note = null,
    reason = null,
    version = null,
  }: Omit<Given, 'doctorId' | 'sourceKey' | 'key'> & { version?: number | null },
) =>
  db.one<Absence & Record<string, unknown>>(
    `select * from app_public.change_absence($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [clinicId, absenceId, kind, from, until, start, end, note, booked, reason, version],
  )

export const removeAbsence = (db: Caller, clinicId: string, absenceId: string) =>
  db.one<Absence & Record<string, unknown>>('select * from app_public.remove_absence($1, $2)', [clinicId, absenceId])

/** The rows that break the rule that no slot is open or held inside an absence. */
export const openInAbsences = `
  select bs.id, bs.status, a.id as absence from app_public.booking_slots bs
  join app_public.absences a on a.clinic_id = bs.clinic_id and a.during && bs.during
    and (a.doctor_id is null or a.doctor_id = bs.doctor_id)
  where bs.clinic_id = any ($1) and bs.status in ('open', 'held') and bs.ends_at > now()`
