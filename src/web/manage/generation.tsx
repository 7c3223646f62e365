import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageGenerationQuery } from '../graphql/generated/graphql.ts'
import { Notice } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dateText, dayAndClock, localDate, plusDays } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { DateInput, EditForm, FormSheet, Input, Select } from './form.tsx'
import { Reasons, type RunCounts, Runs } from './generation_runs.tsx'
import { EditPolicy } from './policy.tsx'
import { say } from './say.tsx'
import { Loaded, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { useGenerationText } from './text/generation.ts'

const ManageGeneration = graphql(`
  query ManageGeneration($clinicId: BigInt!) {
    nextGeneration(clinicId: $clinicId) { dueAt fromDate toDate }
    policy(clinicId: $clinicId) { generationWeekday generationTime generationWeeks rowVersion }
  }
`)
const Generate = graphql(`
  mutation Generate($clinicId: BigInt!, $fromDate: Date!, $toDate: Date!) {
    generateBookingSlots(input: { clinicId: $clinicId, fromDate: $fromDate, toDate: $toDate }) {
      slotGenerationRun { id slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping }
    }
  }
`)

/** When slots are made of the plans, by schedule and by hand, and what came of it. */
export function GenerationSection() {
  const { t } = useGenerationText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [changing, setChanging] = useState(false)
  // The list below is read again when something was made.
  const [turn, setTurn] = useState(0)
  const asked = useQuery(ManageGeneration, { clinicId: clinic.id })
  return (
    <Section title={common.section.generation} lead={t.lead}>
      <div className="generation-head">
        <section className="card padded" aria-labelledby="next-generation">
          <h2 id="next-generation">{t.next}</h2>
          <Loaded asked={asked} bones="block">
            {(data) => (
              <>
                <Next next={data.nextGeneration} />
                <button type="button" className="button small" onClick={() => setChanging(true)}>
                  {t.change}
                </button>
                {changing && data.policy && (
                  <ScheduleSheet policy={data.policy} changed={asked.again} close={() => setChanging(false)} />
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
              asked.again()
            }}
          />
        </section>
      </div>
      <Runs key={turn} />
    </Section>
  )
}

function Next({ next }: { next: ManageGenerationQuery['nextGeneration'] }) {
  const { t, locale } = useGenerationText()
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
  const { t } = useGenerationText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      key={policy.rowVersion}
      title={t.scheduleTitle}
      submit={common.save}
      save={async ({ weekday, time = '', weeks }) => {
        const patch = {
          generationWeekday: Number(weekday),
          generationTime: time,
          generationWeeks: Number(weeks),
          rowVersion: policy.rowVersion,
        }
        await ask(EditPolicy, { clinicId: clinic.id, patch })
        say(common.saved)
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
        <Input
          label={t.time}
          name="time"
          type="time"
          defaultValue={policy.generationTime.slice(0, 5)}
          hint={t.timeHint}
          required
        />
      </div>
      <Input
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
  const { t } = useGenerationText()
  const { clinic } = useWorkplace()
  const today = localDate(undefined, clinic.timeZone)
  const [run, setRun] = useState<RunCounts>()
  return (
    <>
      <EditForm
        submit={t.submit}
        save={async ({ fromDate = '', toDate = '' }) => {
          setRun(undefined)
          const answer = await ask(Generate, { clinicId: clinic.id, fromDate, toDate })
          setRun(answer.generateBookingSlots?.slotGenerationRun ?? undefined)
          made()
        }}
        fieldOf={({ code }) => (code === 'invalid_argument' ? 'toDate' : undefined)}
      >
        <div className="two-fields">
          <DateInput label={t.from} name="fromDate" defaultValue={today} required />
          <DateInput label={t.to} name="toDate" defaultValue={plusDays(today, 13)} required />
        </div>
      </EditForm>
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
