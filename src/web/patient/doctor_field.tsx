import { type ComponentType, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { graphql } from '../graphql/generated/gql.ts'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import type { DoctorSearchProps } from './doctor_search.tsx'
import type { Search } from './search.ts'

const OneDoctor = graphql(`
  query OneDoctor($clinicId: BigInt!, $id: BigInt!) {
    doctor(clinicId: $clinicId, id: $id) { fullName }
  }
`)

// Safari has none.
const whenIdle = (work: () => void) =>
  'requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 1000)

/**
 * A doctor by name. The combobox weighs more than the rest of the page, so it comes when the page has nothing else to do,
 * or as soon as somebody reaches for it; until then an input of the same looks takes what is typed.
 */
export function DoctorField({ search, change }: { search: Search; change(changed: Partial<Search>): void }) {
  const { clinic, doctor } = search
  const [typed, setTyped] = useState<string>()
  const [DoctorSearch, setDoctorSearch] = useState<ComponentType<DoctorSearchProps>>()
  const plain = useRef<HTMLInputElement>(null)
  /** What was selected in the plain input when the combobox took its place; undefined when nobody was in it. */
  const selection = useRef<[number | null, number | null]>(undefined)
  const { data } = useQuery(OneDoctor, clinic && doctor ? { clinicId: clinic, id: doctor } : null)
  const chosenName = doctor ? (data?.doctor?.fullName ?? '') : ''

  const load = () => {
    const take = ({ default: component }: typeof import('./doctor_search.tsx')) => {
      const input = plain.current
      if (input && input === document.activeElement) selection.current = [input.selectionStart, input.selectionEnd]
      // At once: whoever came into the field between here and a later rendering would be thrown out of it.
      flushSync(() => setDoctorSearch(() => component))
    }
    // Offline it is tried again when somebody comes back to the field.
    import('./doctor_search.tsx').then(take, () => {})
  }
  useEffect(() => void whenIdle(load), [])

  const clear = () => change({ doctor: undefined })
  if (DoctorSearch) {
    return <DoctorSearch {...{ search, change, typed, setTyped, chosenName, clear }} selection={selection.current} />
  }
  return (
    <PlainField
      input={plain}
      value={typed ?? chosenName}
      reach={load}
      type={(text) => {
        setTyped(text)
        if (text === '' && doctor) clear()
      }}
      leave={() => setTyped(undefined)}
      {...(doctor && { clear })}
    />
  )
}

interface PlainFieldProps {
  input: React.RefObject<HTMLInputElement | null>
  value: string
  reach(): void
  type(text: string): void
  leave(): void
  clear?(): void
}

/** What the combobox looks like, and says of itself to a screen reader, while it is closed. */
function PlainField({ input, value, reach, type, leave, clear }: PlainFieldProps) {
  const { t } = useText()
  return (
    <div className="field combo" onPointerEnter={reach}>
      <label htmlFor="doctor">{t.search.doctor}</label>
      <div className="combo-box">
        <input
          ref={input}
          id="doctor"
          role="combobox"
          aria-expanded="false"
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={t.search.anyDoctor}
          value={value}
          onFocus={reach}
          onChange={({ target }) => type(target.value)}
          onBlur={leave}
        />
        {clear ? (
          <ClearButton clear={clear} />
        ) : (
          <button
            type="button"
            className="combo-button"
            tabIndex={-1}
            aria-label={t.search.doctor}
            onClick={() => input.current?.focus()}
          >
            <Icon name="chevron" />
          </button>
        )}
      </div>
    </div>
  )
}

export function ClearButton({ clear }: { clear(): void }) {
  const { t } = useText()
  return (
    <button type="button" className="combo-button" aria-label={t.search.clear} onClick={clear}>
      <Icon name="cross" />
    </button>
  )
}
