import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Select } from '../../parts/form/field.tsx'
import { DoctorOptions } from '../../parts/workplace/doctor_options.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { SeriesTimeSlots } from './documents.ts'

interface ChoiceProps {
  value: string
  choose(id: string): void
  /** The text for no choice. Without it a choice is required. */
  none?: string
}

/** The doctor of a series, among those who work at the clinic. */
export function DoctorChoice({ value, choose, none }: ChoiceProps) {
  const { t } = useText(seriesTexts)
  const doctors = useDoctorNames().data?.nodes ?? []
  return (
    <Select label={t.doctor} name="doctorId" value={value} onChange={choose} required={none === undefined}>
      <option value="">{none ?? ''}</option>
      <DoctorOptions doctors={doctors.filter(({ isActive }) => isActive)} />
    </Select>
  )
}

const short = (time: string) => time.slice(0, 5)

/** The time slot of a series, in the order of their times. */
export function TimeSlotChoice({ value, choose, none }: ChoiceProps) {
  const { t } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  const { data } = usePaginatedQuery(SeriesTimeSlots, { clinicId: clinic.id }, ({ timeSlots }) => timeSlots, {
    all: true,
  })
  const shifts = (data?.nodes ?? [])
    .filter(({ isActive }) => isActive)
    .toSorted((a, b) => a.startTime.localeCompare(b.startTime))
  return (
    <Select label={t.timeSlot} name="timeSlotId" value={value} onChange={choose} required={none === undefined}>
      <option value="">{none ?? ''}</option>
      {shifts.map(({ id, name, startTime, endTime }) => (
        <option key={id} value={id}>
          {short(startTime)}–{short(endTime)}
          {name && `, ${name}`}
        </option>
      ))}
    </Select>
  )
}
