import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageGenerationQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { DateInput } from '../../parts/date/date_input.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { generationTexts } from '../../text/manage/schedule/generation.ts'
import { dateText, dayAndClock, localDate, plusDays } from '../../time/time.ts'
import { Section } from '../parts/section.tsx'
import { EditPolicy } from '../policy/policy.tsx'
import { Reasons, type RunCounts, Runs } from './generation_runs.tsx'

const ManageGeneration = graphql(`
  query ManageGeneration($clinicId: BigInt!) {
    nextGeneration(clinicId: $clinicId) { dueAt fromDate toDate }
    policy(clinicId: $clinicId) { generationWeekday generationTime generationWeeks rowVersion }
  }
`)
const Generate = graphql(`
  mutation Generate($clinicId: BigInt!, $fromDate: Date!, $toDate: Date!) {
    generateBookingSlots(input: { clinicId: $clinicId, fromDate: $fromDate, toDate: $toDate }) {
      slotGenerationRun { id slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping doctorAbsent }
    }
  }
`)

/** Generating slots from the weekly plans, by schedule or by hand, and the results. */
export function GenerationSection() {
  const { t } = useText(generationTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [changing, setChanging] = useState(false)
  // Changing this key reloads the list below.
  const [turn, setTurn] = useState(0)
  const query = useQuery(ManageGeneration, { clinicId: clinic.id })
  return (
    <Section title={common.section.generation} lead={t.lead}>
      <div className="generation-head">
        <section className="card padded" aria-labelledby="next-generation">
          <h2 id="next-generation">{t.next}</h2>
          <Loaded query={query} skeleton="block">
            {(data) => (
              <>
                <Next next={data.nextGeneration} />
                <button type="button" className="button small" onClick={() => setChanging(true)}>
                  {t.change}
                </button>
                {changing && data.policy && (
                  <ScheduleSheet policy={data.policy} changed={query.refetch} close={() => setChanging(false)} />
                )}
              </>
            )}
          </Loaded>
        </section>
        <section className="card padded" aria-labelledby="generate-now">
          <h2 id="generate-now">{t.now}</h2>
          <p className="hint">{t.nowLead}</p>
          <GenerateNow
            made={() => {
              setTurn((before) => before + 1)
              query.refetch()
            }}
          />
        </section>
      </div>
      <Runs key={turn} />
    </Section>
  )
}

function Next({ next }: { next: ManageGenerationQuery['nextGeneration'] }) {
  const { t, locale } = useText(generationTexts)
  const { clinic } = useWorkplace()
  if (!next?.dueAt || !next.fromDate || !next.toDate) return <p>{t.out}</p>
  const day = (date: string) => dateText(date, locale, { weekday: 'short', day: 'numeric', month: 'long' })
  return (
    <>
      <p className="figure-line">{dayAndClock(next.dueAt, clinic.timeZone, locale)}</p>
      <p>{t.nextRange(day(next.fromDate), day(next.toDate))}</p>
      {Date.parse(next.dueAt) < Date.now() && <p className="hint">{t.overdue}</p>}
    </>
  )
}

interface ScheduleSheetProps {
  policy: NonNullable<ManageGenerationQuery['policy']>
  changed(): void
  close(): void
}

function ScheduleSheet({ policy, changed, close }: ScheduleSheetProps) {
  const { t } = useText(generationTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      key={policy.rowVersion}
      title={t.scheduleTitle}
      submit={common.save}
      onSubmit={async ({ weekday, time = '', weeks }) => {
        const patch = {
          generationWeekday: Number(weekday),
          generationTime: time,
          generationWeeks: Number(weeks),
          rowVersion: policy.rowVersion,
        }
        await request(EditPolicy, { clinicId: clinic.id, patch })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => (code === 'check_violation' ? 'weeks' : undefined)}
      reload={changed}
      close={close}
    >
      <div className="two-fields">
        <Select label={t.weekday} name="weekday" defaultValue={String(policy.generationWeekday)}>
          {common.weekdays.map((name, n) => (
            <option key={name} value={n + 1}>
              {name}
            </option>
          ))}
        </Select>
        <Field
          label={t.time}
          name="time"
          type="time"
          defaultValue={policy.generationTime.slice(0, 5)}
          hint={t.timeHint}
          required
        />
      </div>
      <Field
        label={t.weeks}
        name="weeks"
        type="number"
        min={1}
        max={52}
        defaultValue={policy.generationWeeks}
        hint={t.weeksHint}
        required
      />
    </FormSheet>
  )
}

function GenerateNow({ made }: { made(): void }) {
  const { t } = useText(generationTexts)
  const { clinic } = useWorkplace()
  const today = localDate(undefined, clinic.timeZone)
  const marks = { today, free: { clinic: clinic.id } }
  const [run, setRun] = useState<RunCounts>()
  return (
    <>
      <Form
        guarded
        submit={t.submit}
        onSubmit={async ({ fromDate = '', toDate = '' }) => {
          setRun(undefined)
          const answer = await request(Generate, { clinicId: clinic.id, fromDate, toDate })
          setRun(answer.generateBookingSlots?.slotGenerationRun ?? undefined)
          made()
        }}
        fieldOf={({ code }) => (code === 'invalid_argument' ? 'toDate' : undefined)}
      >
        <div className="two-fields">
          <DateInput label={t.from} name="fromDate" defaultValue={today} marks={marks} required />
          <DateInput label={t.to} name="toDate" defaultValue={plusDays(today, 13)} marks={marks} required />
        </div>
      </Form>
      {run && (
        <div className="generated">
          <Notice tone={run.slotsMade > 0 ? 'good' : 'plain'} title={t.made(run.slotsMade)}>
            <Reasons run={run} />
            {run.slotsMade + run.templatesPassedOver === 0 && (
              <p>
                {t.noTemplates} <Link href={`/manage/${clinic.id}/templates`}>{t.toPlans}</Link>
              </p>
            )}
          </Notice>
        </div>
      )}
    </>
  )
}
