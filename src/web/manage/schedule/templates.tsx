import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import ServiceField from '../../parts/booking/service_field.tsx'
import { DateField } from '../../parts/date/date_field.tsx'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Select } from '../../parts/form/field.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { DoctorOptions } from '../../parts/workplace/doctor_options.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { templatesTexts } from '../../text/manage/schedule/templates.ts'
import { localDate } from '../../time/time.ts'
import { Section } from '../parts/section.tsx'
import { DoctorPlan } from './doctor_plan.tsx'
import { usePlanChanges } from './use_plan_changes.ts'
import { byStart, useTimeSlots } from './use_time_slots.ts'

/** Weekly plans: the time slots in which a doctor sees patients, by weekday. */
export function TemplatesSection() {
  const { t } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const doctors = useDoctorNames()
  const slots = useTimeSlots()
  const active = doctors.data?.nodes.filter(({ isActive }) => isActive) ?? []
  const hasSlots = slots.data?.nodes.some(({ isActive }) => isActive)
  const lacks = doctors.data && active.length === 0 ? 'doctors' : hasSlots === false ? 'time-slots' : undefined
  return (
    <Section title={common.section.templates} lead={t.lead}>
      {lacks ? <MissingSetup what={lacks} /> : <Plans doctors={active} slots={slots} />}
    </Section>
  )
}

interface PlansProps {
  doctors: { id: string; fullName: string }[]
  slots: ReturnType<typeof useTimeSlots>
}

/** The plan of one of the doctors, for a service and for dates. */
function Plans({ doctors, slots }: PlansProps) {
  const { t } = useText(templatesTexts)
  const { clinic } = useWorkplace()
  const [search, setSearch] = useSearchParams()
  const [service, setService] = useState<string>()
  const dates = useDates()
  const changes = usePlanChanges(clinic.id)
  const doctor = doctors.find(({ id }) => id === search.get('doctor')) ?? doctors[0]
  return (
    <>
      <div className="filters plan-filters">
        <Select
          label={t.doctor}
          value={doctor?.id ?? ''}
          onChange={(id) => {
            setSearch({ doctor: id }, { replace: true })
            setService(undefined)
          }}
        >
          <DoctorOptions doctors={doctors} />
        </Select>
        {doctor && (
          <ServiceField
            label={t.reservedFor}
            none={t.allServices}
            clinic={clinic.id}
            doctor={doctor.id}
            service={service}
            choose={setService}
            forDesk
          />
        )}
        <DateFields dates={dates} free={{ clinic: clinic.id, doctor: doctor?.id }} />
      </div>
      <Loaded query={slots} skeleton="block">
        {({ nodes }) =>
          doctor && (
            <DoctorPlan
              key={doctor.id}
              doctor={doctor}
              doctorName={(id) => doctors.find((each) => each.id === id)?.fullName ?? ''}
              slots={nodes.filter(({ isActive }) => isActive).sort(byStart)}
              serviceId={service ?? null}
              span={dates.span}
              changes={changes}
            />
          )
        }
      </Loaded>
    </>
  )
}

/** The chosen date from which the plan is changed, and the dates to which the change applies. */
function useDates() {
  const { clinic } = useWorkplace()
  const today = localDate(undefined, clinic.timeZone)
  const [chosen, choose] = useState(today)
  const [until, chooseUntil] = useState('')
  // Past days already have their slots and are not changed.
  const isPast = chosen < today
  const from = isPast ? today : chosen
  return { today, chosen, choose, until, chooseUntil, span: { from, until: until && until >= from ? until : null } }
}

interface DateFieldsProps {
  dates: ReturnType<typeof useDates>
  /** Marks the days on which this doctor has free times. */
  free: { clinic: string; doctor: string | undefined }
}

function DateFields({ dates: { today, chosen, choose, until, chooseUntil, span }, free }: DateFieldsProps) {
  const { t } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const marks = { today, free }
  return (
    <>
      <DateField label={t.from} value={chosen} min={today} hint={t.shownHint} marks={marks} onChange={choose} />
      <DateField
        label={`${t.until} (${common.optional})`}
        value={until}
        min={span.from}
        hint={t.untilHint}
        marks={marks}
        onChange={chooseUntil}
      />
    </>
  )
}

/** Shown in place of the plans of a clinic that lacks what a plan needs. */
function MissingSetup({ what }: { what: 'doctors' | 'time-slots' }) {
  const { t } = useText(templatesTexts)
  const { clinic } = useWorkplace()
  const [title, lead, button] =
    what === 'doctors' ? [t.noDoctorsTitle, t.noDoctors, t.toDoctors] : [t.noSlotsTitle, t.noSlots, t.toSlots]
  return (
    <Empty title={title}>
      <p>{lead}</p>
      <Link href={`/manage/${clinic.id}/${what}`} className="button primary">
        {button}
      </Link>
    </Empty>
  )
}
