import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { dateText } from '../../time/time.ts'

/** 1 (Monday) to 7. */
const days = [1, 2, 3, 4, 5, 6, 7]

interface WeekdaysProps {
  value: number[]
  choose(days: number[]): void
}

/** Chooses weekdays. */
export function Weekdays({ value, choose }: WeekdaysProps) {
  const { t, locale } = useText(seriesTexts)
  return (
    <fieldset className="field series-weekdays">
      <legend>{t.weekdays}</legend>
      {days.map((day) => (
        <label key={day}>
          <input
            type="checkbox"
            checked={value.includes(day)}
            onChange={({ target }) =>
              choose(target.checked ? [...value, day].sort() : value.filter((it) => it !== day))
            }
          />
          {/* 1 January 2024 was a Monday. */}
          {dateText(`2024-01-0${day}`, locale, { weekday: 'short' })}
        </label>
      ))}
      <p className="hint">{t.weekdaysHint}</p>
    </fieldset>
  )
}
