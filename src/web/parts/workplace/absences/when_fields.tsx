import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { DateField } from '../../date/date_field.tsx'
import { Field, TwoOptions } from '../../form/field.tsx'

/** The dates and times of an absence while they are entered. */
export interface Entered {
  firstDate: string
  lastDate: string
  hasTimes: boolean
  startTime: string
  endTime: string
}

/** Whether the dates are complete, and the end is after the start. */
export const isOrdered = ({ firstDate, lastDate, hasTimes, startTime, endTime }: Entered): boolean =>
  firstDate !== '' && lastDate >= firstDate && !(hasTimes && firstDate === lastDate && endTime && endTime <= startTime)

interface WhenFieldsProps {
  when: Entered
  change(part: Partial<Entered>): void
}

/** The fields for the dates and times of an absence. */
export function WhenFields({ when, change }: WhenFieldsProps) {
  const { t } = useText(absencesTexts)
  const { firstDate, lastDate, hasTimes, startTime, endTime } = when
  return (
    <>
      <div className="two-dates">
        <DateField
          label={t.from}
          name="firstDate"
          value={firstDate}
          onChange={(date) => change({ firstDate: date, lastDate: [lastDate, date].toSorted()[1] as string })}
          required
        />
        <DateField
          label={t.until}
          name="lastDate"
          value={lastDate}
          onChange={(date) => change({ lastDate: date })}
          min={firstDate}
          required
        />
      </div>
      <TwoOptions
        legend={t.hours}
        name="hours"
        isSecond={hasTimes}
        choose={(isChosen) => change({ hasTimes: isChosen })}
        first={t.wholeDays}
        second={t.times}
      />
      {hasTimes && (
        <div className="two-dates">
          <Field
            label={t.startTime}
            name="startTime"
            type="time"
            value={startTime}
            onChange={({ target }) => change({ startTime: target.value })}
          />
          <Field
            label={t.endTime}
            name="endTime"
            type="time"
            value={endTime}
            onChange={({ target }) => change({ endTime: target.value })}
          />
        </div>
      )}
    </>
  )
}
