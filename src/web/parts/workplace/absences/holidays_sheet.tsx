import { useState } from 'react'
import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { useQuery } from '../../../data/use_query.ts'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { localClock } from '../../../time/local_clock.ts'
import { longDate } from '../../../time/time.ts'
import { showToast } from '../../feedback/toast.tsx'
import { Select } from '../../form/field.tsx'
import { FormSheet } from '../../form/form_sheet.tsx'
import { Loaded } from '../../listing.tsx'
import { useWorkplace } from '../workplace.tsx'

const HolidayRegions = graphql(`
  query HolidayRegions($clinicId: BigInt!, $within: String, $language: String) {
    holidayCalendar(clinicId: $clinicId) { country regions(within: $within, language: $language) { code name } }
  }
`)
const ProposedHolidays = graphql(`
  query ProposedHolidays($clinicId: BigInt!, $region: String!, $year: Int!, $language: String) {
    holidayCalendar(clinicId: $clinicId) {
      holidays(region: $region, year: $year, language: $language) { date startTime name sourceKey }
    }
  }
`)
const AddHolidays = graphql(`
  mutation EnterHolidays($input: AddHolidaysInput!) { addHolidays(input: $input) { absences { id } } }
`)

interface HolidaysSheetProps {
  year: number
  /** The source keys of the absences of this year. */
  known: string[]
  saved(): void
  close(): void
}

/** Proposes the public holidays of a region; those that a manager confirms become absences of everyone. */
export function HolidaysSheet({ year, known, saved, close }: HolidaysSheetProps) {
  const { t, language } = useText(absencesTexts)
  const { clinic } = useWorkplace()
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const regions = useRegions()
  const { region } = regions
  const proposed = useQuery(ProposedHolidays, region ? { clinicId: clinic.id, region, year, language } : null)
  const holidays = region && !proposed.loading ? (proposed.data?.holidayCalendar?.holidays ?? []) : []
  const added = holidays.filter(({ date, sourceKey }) => !known.includes(sourceKey) && !left.has(date))

  async function save() {
    const { addHolidays } = await request(AddHolidays, {
      input: {
        clinicId: clinic.id,
        region,
        holidays: added.map(({ date, startTime, name }) => ({ holidayDate: date, startTime, name })),
      },
    })
    showToast(t.holidaysAdded(addHolidays?.absences?.length ?? 0))
    saved()
    close()
  }

  return (
    <FormSheet
      title={t.holidaysOf(year)}
      lead={<p>{t.holidaysLead}</p>}
      submit={t.addHolidays(added.length)}
      onSubmit={save}
      close={close}
    >
      <RegionFields regions={regions} chosen={() => setLeft(new Set())} />
      {region && (
        <Loaded query={proposed}>
          {() => (
            <fieldset className="holidays" aria-busy={proposed.loading}>
              <legend>{holidays.length > 0 || proposed.loading ? t.holidaysOf(year) : t.noHolidays}</legend>
              {holidays.map((holiday) => (
                <HolidayBox
                  key={`${holiday.date} ${holiday.name}`}
                  holiday={holiday}
                  isThere={known.includes(holiday.sourceKey)}
                  isChosen={!left.has(holiday.date)}
                  choose={(isChosen) => {
                    const others = [...left].filter((date) => date !== holiday.date)
                    setLeft(new Set(isChosen ? others : [...others, holiday.date]))
                  }}
                />
              ))}
            </fieldset>
          )}
        </Loaded>
      )}
      <Source />
    </FormSheet>
  )
}

/** The region that is chosen, and the regions among which to choose at each step: countries, their states, parts of those. */
function useRegions() {
  const { language } = useText(absencesTexts)
  const { clinic } = useWorkplace()
  const [chosen, choose] = useState<string>()
  const regionsOf = (within: string | null) => (within === '' ? null : { clinicId: clinic.id, within, language })
  const countries = useQuery(HolidayRegions, regionsOf(null)).data?.holidayCalendar
  // Until something is chosen, the clinic's own country.
  const region = chosen ?? countries?.country ?? ''
  const [country = '', state] = region.split('-')
  const states = useQuery(HolidayRegions, regionsOf(country)).data?.holidayCalendar?.regions ?? []
  const within = state ? `${country}-${state}` : ''
  const parts = useQuery(HolidayRegions, regionsOf(within)).data?.holidayCalendar?.regions ?? []
  return { region, country, within, countries: countries?.regions ?? [], states, parts, choose }
}

interface RegionFieldsProps {
  regions: ReturnType<typeof useRegions>
  /** Called when another region is chosen. */
  chosen(): void
}

function RegionFields({ regions, chosen }: RegionFieldsProps) {
  const { t } = useText(absencesTexts)
  const { region, country, within, countries, states, parts } = regions
  const choose = (code: string) => {
    regions.choose(code)
    chosen()
  }
  return (
    <>
      <Select label={t.country} value={country} onChange={choose} required>
        <option value="">{t.choose}</option>
        <Regions of={countries} />
      </Select>
      {states.length > 0 && (
        <Select label={t.region} value={within || country} onChange={choose}>
          <option value={country}>{t.wholeCountry}</option>
          <Regions of={states} />
        </Select>
      )}
      {within && parts.length > 0 && (
        <Select label={t.part} value={region} onChange={choose}>
          <option value={within}>{t.wholeRegion}</option>
          <Regions of={parts} />
        </Select>
      )}
    </>
  )
}

/** Where the proposals come from, as its licence requires. */
function Source() {
  const { t } = useText(absencesTexts)
  return (
    <p className="hint">
      {t.holidaySource}{' '}
      <a href="https://github.com/commenthol/date-holidays" rel="noreferrer" target="_blank">
        date-holidays
      </a>{' '}
      (CC BY-SA 3.0)
    </p>
  )
}

/** The options of a choice of regions. */
const Regions = ({ of }: { of: readonly { code: string; name: string }[] }) =>
  of.map(({ code, name }) => (
    <option key={code} value={code}>
      {name}
    </option>
  ))

interface HolidayBoxProps {
  holiday: { date: string; startTime: string | null; name: string }
  /** Whether the clinic has this holiday already. */
  isThere: boolean
  isChosen: boolean
  choose(isChosen: boolean): void
}

function HolidayBox({ holiday: { date, startTime, name }, isThere, isChosen, choose }: HolidayBoxProps) {
  const { t, locale } = useText(absencesTexts)
  return (
    <label>
      <input
        type="checkbox"
        checked={isThere || isChosen}
        disabled={isThere}
        onChange={({ target }) => choose(target.checked)}
      />
      <span>
        {longDate(date, locale)}
        {startTime && `, ${localClock(startTime, locale)}`}: {name}
        {isThere && ` (${t.isThere})`}
      </span>
    </label>
  )
}
