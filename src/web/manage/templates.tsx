import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import { DateField } from '../parts/date_field.tsx'
import { Choice } from '../parts/field.tsx'
import { Empty } from '../parts/notice.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { localDate } from '../time.ts'
import { usePages } from '../use_pages.ts'
import { Loaded, Section } from './section.tsx'
import { useDoctorNames } from './staff_sheet.tsx'
import { useManageText } from './text/common.ts'
import { useTemplatesText } from './text/templates.ts'
import { byStart, ManageTimeSlots } from './time_slots.tsx'
import { WeekGrid } from './week_grid.tsx'

const ManageTemplates = graphql(`
  query ManageTemplates($clinicId: BigInt!, $doctorId: BigInt!, $after: Cursor) {
    doctorSlotTemplates(
      filter: { clinicId: { equalTo: $clinicId }, doctorId: { equalTo: $doctorId } }
      first: 100
      after: $after
    ) {
      nodes { id timeSlotId weekday validFrom validUntil rowVersion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** Weekly plans: per doctor, weekday and time slot whether patients are seen. */
export function TemplatesSection() {
  const { t } = useTemplatesText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [search, setSearch] = useSearchParams()
  const today = localDate(undefined, clinic.timeZone)
  const [chosen, setChosen] = useState(today)
  const isPast = chosen < today
  const from = isPast ? today : chosen
  const [until, setUntil] = useState('')
  const doctors = useDoctorNames()
  const slots = usePages(ManageTimeSlots, { clinicId: clinic.id }, (result) => result.timeSlots, { all: true })
  const active = doctors.data?.nodes.filter(({ isActive }) => isActive) ?? []
  const doctor = active.find(({ id }) => id === search.get('doctor')) ?? active[0]
  const templates = usePages(
    ManageTemplates,
    doctor ? { clinicId: clinic.id, doctorId: doctor.id } : null,
    (result) => result.doctorSlotTemplates,
    { all: true },
  )
  const nothing =
    doctors.data && active.length === 0 ? (
      <Empty title={t.noDoctorsTitle}>
        <p>{t.noDoctors}</p>
        <Link href={`/manage/${clinic.id}/doctors`} className="button primary">
          {t.toDoctors}
        </Link>
      </Empty>
    ) : slots.data?.nodes.some(({ isActive }) => isActive) === false ? (
      <Empty title={t.noSlotsTitle}>
        <p>{t.noSlots}</p>
        <Link href={`/manage/${clinic.id}/time-slots`} className="button primary">
          {t.toSlots}
        </Link>
      </Empty>
    ) : undefined
  return (
    <Section title={common.section.templates} lead={t.lead}>
      {nothing ?? (
        <>
          <div className="filters plan-filters">
            <Choice
              label={t.doctor}
              value={doctor?.id ?? ''}
              onChange={(id) => setSearch({ doctor: id }, { replace: true })}
            >
              {active.map(({ id, fullName }) => (
                <option key={id} value={id}>
                  {fullName}
                </option>
              ))}
            </Choice>
            {/* Earlier days have their slots, and what was is not rewritten. */}
            <DateField label={t.from} value={chosen} min={today} hint={t.shownHint} onChange={setChosen} />
            <DateField
              label={`${t.until} (${common.optional})`}
              value={until}
              min={from}
              hint={t.untilHint}
              onChange={setUntil}
            />
          </div>
          <Loaded asked={slots} bones="block">
            {({ nodes }) => (
              <Loaded asked={templates} bones="block">
                {(known) =>
                  doctor && (
                    <WeekGrid
                      key={doctor.id}
                      doctor={doctor}
                      slots={nodes.filter(({ isActive }) => isActive).sort(byStart)}
                      templates={known.nodes}
                      span={{ from, until: until && until >= from ? until : null }}
                      changed={templates.again}
                    />
                  )
                }
              </Loaded>
            )}
          </Loaded>
        </>
      )}
    </Section>
  )
}
