import { Pending } from '../../parts/feedback/pending.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import { minutesOf } from '../../time/interval.ts'
import { useSpecializations } from '../doctors/use_specializations.ts'
import type { ManagedService } from './managed_service.ts'

interface ServiceProps {
  service: ManagedService | undefined
}

/** How long a service takes, and when it starts. */
export function ServiceTime({ service }: ServiceProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const minutes = (name: 'duration' | 'bufferBefore' | 'bufferAfter' | 'startEvery', hint: string, max = 1440) => (
    <Field
      label={`${t[name]} (${common.optional})`}
      name={name}
      type="number"
      inputMode="numeric"
      min={1}
      max={max}
      defaultValue={minutesOf(service?.[name]) || ''}
      hint={hint}
    />
  )
  return (
    <fieldset className="group">
      <legend>{t.time}</legend>
      {minutes('duration', t.durationHint)}
      {minutes('startEvery', t.startEveryHint)}
      {minutes('bufferBefore', t.bufferHint, 240)}
      {minutes('bufferAfter', t.bufferHint, 240)}
    </fieldset>
  )
}

/** Who may book a service, where it takes place, and what it belongs to. */
export function ServiceKind({ service }: ServiceProps) {
  const { t } = useText(servicesTexts)
  return (
    <fieldset className="group">
      <legend>{t.who}</legend>
      <Choice label={t.bookableBy} name="bookableBy" texts={t.bookers} chosen={service?.bookableBy} hint={t.whoHint} />
      <Choice label={t.patients} name="patients" texts={t.patientKinds} chosen={service?.patients} />
      <Choice label={t.mode} name="mode" texts={t.modes} chosen={service?.mode} />
      <Specialization chosen={service?.specializationId ?? ''} />
    </fieldset>
  )
}

function Specialization({ chosen }: { chosen: string }) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { data: specializations = [], pending } = useSpecializations()
  // Not shown before the names are loaded; the stored value is kept.
  if (specializations.length === 0) {
    return (
      <>
        <input type="hidden" name="specializationId" value={chosen} />
        <Pending when={pending} />
      </>
    )
  }
  return (
    <Select label={`${t.specialization} (${common.optional})`} name="specializationId" defaultValue={chosen}>
      <option value="">{common.none}</option>
      {specializations.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  )
}

interface ChoiceProps {
  label: string
  name: string
  /** The choices by their values. */
  texts: Record<string, string>
  /** What is stored; undefined for the first. */
  chosen: string | null | undefined
  hint?: string
}

function Choice({ label, name, texts, chosen, hint }: ChoiceProps) {
  return (
    <Select label={label} name={name} defaultValue={chosen ?? Object.keys(texts)[0]} hint={hint}>
      {Object.entries(texts).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </Select>
  )
}
