import { useState } from 'react'
import { Refusal } from '../../../data/client.ts'
import { graphql } from '../../../data/generated/gql.ts'
import type { AbsenceKind } from '../../../data/generated/graphql.ts'
import { request } from '../../../data/session.ts'
import { useKeyed } from '../../../data/use_keyed.ts'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { Notice } from '../../feedback/notice.tsx'
import { Pending } from '../../feedback/pending.tsx'
import { showToast } from '../../feedback/toast.tsx'
import { Field, Select } from '../../form/field.tsx'
import { FormSheet } from '../../form/form_sheet.tsx'
import { Sheet } from '../../layout/sheet.tsx'
import { type ChoosableDoctor, DoctorOptions } from '../doctor_options.tsx'
import { useWorkplace } from '../workplace.tsx'
import { Affected } from './affected.tsx'
import { EffectOf } from './effect_of.tsx'
import type { Absence } from './use_absences.ts'
import { type Effect, useEffectOf, type When } from './use_effect_of.ts'
import { type Entered, isOrdered, WhenFields } from './when_fields.tsx'

const AddAbsence = graphql(`
  mutation EnterAbsence($input: AddAbsenceInput!, $clinicId: BigInt!, $doctorId: BigInt) {
    addAbsence(input: $input) {
      absence { id }
      query { bookingsToPhone(clinicId: $clinicId, doctorId: $doctorId, pageSize: 100) { id } }
    }
  }
`)
const ChangeAbsence = graphql(`
  mutation ChangeAbsence($input: ChangeAbsenceInput!, $clinicId: BigInt!, $doctorId: BigInt) {
    changeAbsence(input: $input) {
      absence { id }
      query { bookingsToPhone(clinicId: $clinicId, doctorId: $doctorId, pageSize: 100) { id } }
    }
  }
`)
const kinds = ['VACATION', 'SICKNESS', 'TRAINING', 'CLOSURE', 'HOLIDAY'] as const

interface AbsenceSheetProps {
  doctors: ChoosableDoctor[]
  /** The dates to begin with, of a new absence. */
  from: string
  until: string
  /** The absence that is changed, instead of a new one. */
  changed?: Absence | undefined
  saved(): void
  close(): void
}

/** Enters or changes an absence, after showing what that changes, who will be notified and who has to be phoned. */
export function AbsenceSheet({ doctors, from, until, changed, saved, close }: AbsenceSheetProps) {
  const { t } = useText(absencesTexts)
  const { clinic, isDesk } = useWorkplace()
  const [doctorId, setDoctorId] = useState(changed ? (changed.doctorId ?? '') : isDesk ? '' : (doctors[0]?.id ?? ''))
  const [entered, setEntered] = useState(() => enteredOf(changed, from, until))
  const [isCancelled, setCancelled] = useState(false)
  const [wasBooked, setWasBooked] = useState(false)
  const [toPhone, setToPhone] = useState<Effect['bookings']>()
  const when = whenOf(clinic.id, doctorId, entered)
  const { effect, shown, pending, refetch } = useEffectOf(isOrdered(entered) ? when : null)
  const store = useStore(when, changed)

  async function save({ kind = 'VACATION', note, reason }: Record<string, string | undefined>) {
    const booked = !effect?.bookedVisits ? 'REFUSE' : isCancelled ? 'CANCEL' : 'LIST'
    const toBePhoned = await store({ kind: kind as AbsenceKind, note: note ?? null, reason: reason ?? null, booked })
    showToast(t.saved)
    saved()
    const left = effect?.bookings.filter(({ id }) => toBePhoned.has(id)) ?? []
    if (isCancelled && left.length > 0) setToPhone(left)
    else close()
  }
  function wasRefused(error: unknown): boolean {
    // A slot was booked since the form showed that nothing is affected.
    const isMeanwhile = error instanceof Refusal && error.code === 'still_in_use'
    if (isMeanwhile) {
      setWasBooked(true)
      refetch()
    }
    return isMeanwhile
  }

  if (toPhone) return <ToPhone bookings={toPhone} close={close} />
  return (
    <FormSheet
      title={changed ? t.change : t.add}
      submit={t.save}
      onSubmit={save}
      fieldOf={({ code }) => (code === 'text_too_long' ? 'note' : undefined)}
      onRefusal={wasRefused}
      close={close}
    >
      {changed ? (
        <p>{changed.doctor?.fullName ?? t.everyone}</p>
      ) : (
        <DoctorField doctors={doctors} doctorId={doctorId} choose={setDoctorId} />
      )}
      <KindField stored={changed?.kind ?? 'VACATION'} />
      <WhenFields when={entered} change={(part) => setEntered((before) => ({ ...before, ...part }))} />
      <Field label={t.note} name="note" maxLength={500} autoComplete="off" defaultValue={changed?.note ?? ''} />
      {wasBooked && <Notice tone="bad">{<p>{t.bookedMeanwhile}</p>}</Notice>}
      <section className="effect" aria-label={t.effect} aria-busy={effect === undefined}>
        {shown && <EffectOf effect={shown} isCancelled={isCancelled} choose={setCancelled} />}
      </section>
      <Pending when={pending} />
    </FormSheet>
  )
}

/** What the fields show at first: the absence that is changed, or these dates. */
const enteredOf = (changed: Absence | undefined, from: string, until: string): Entered => ({
  firstDate: from,
  lastDate: until,
  hasTimes: Boolean(changed?.startTime || changed?.endTime),
  startTime: changed?.startTime?.slice(0, 5) ?? '',
  endTime: changed?.endTime?.slice(0, 5) ?? '',
})

/** Whom an absence concerns, and when, as the API expects it. */
const whenOf = (clinicId: string, doctorId: string, entered: Entered): When => ({
  clinicId,
  doctorId: doctorId || null,
  firstDate: entered.firstDate,
  lastDate: entered.lastDate,
  startTime: (entered.hasTimes && entered.startTime) || null,
  endTime: (entered.hasTimes && entered.endTime) || null,
})

interface DoctorFieldProps {
  doctors: ChoosableDoctor[]
  doctorId: string
  choose(id: string): void
}

/** Who is absent: one doctor, or, for the desk, everyone. */
function DoctorField({ doctors, doctorId, choose }: DoctorFieldProps) {
  const { t } = useText(absencesTexts)
  const { isDesk } = useWorkplace()
  return (
    <Select label={t.doctor} value={doctorId} onChange={choose}>
      {isDesk && <option value="">{t.everyone}</option>}
      <DoctorOptions doctors={doctors} />
    </Select>
  )
}

function KindField({ stored }: { stored: AbsenceKind }) {
  const { t } = useText(absencesTexts)
  return (
    <Select label={t.what} name="kind" defaultValue={stored}>
      {kinds.map((kind) => (
        <option key={kind} value={kind}>
          {t.kind[kind]}
        </option>
      ))}
    </Select>
  )
}

interface Details {
  kind: AbsenceKind
  note: string | null
  reason: string | null
  booked: 'REFUSE' | 'LIST' | 'CANCEL'
}

/** Adds or changes the absence. Returns the ids of the bookings whose patients have to be phoned. */
function useStore({ clinicId, doctorId, ...span }: When, changed: Absence | undefined) {
  const keyed = useKeyed()
  return async (details: Details) => {
    const variables = { clinicId, doctorId }
    const input = { clinicId, ...span, ...details }
    const payload = changed
      ? (
          await request(ChangeAbsence, {
            input: { ...input, absenceId: changed.id, rowVersion: changed.rowVersion },
            ...variables,
          })
        ).changeAbsence
      : (await request(AddAbsence, { input: keyed({ ...input, doctorId }), ...variables })).addAbsence
    return new Set(payload?.query?.bookingsToPhone?.map((booking) => booking?.id))
  }
}

/** After an absence was saved: the patients whom no message reaches. */
function ToPhone({ bookings, close }: { bookings: Effect['bookings']; close(): void }) {
  const { t } = useText(absencesTexts)
  return (
    <Sheet title={t.phoneTitle} close={close}>
      <Affected title={t.toPhone(bookings.length)} bookings={bookings} withPhone />
      <div className="form-end">
        <button type="button" className="button primary" onClick={close}>
          {t.done}
        </button>
      </div>
    </Sheet>
  )
}
