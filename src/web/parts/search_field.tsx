import { type ComponentType, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useText } from '../text/language.ts'
import { Icon } from './icon.tsx'
import type { SearchBoxProps } from './search_box.tsx'

/** Something that can be chosen. */
export interface Found {
  id: string
  name: string
  /** What tells it from others of the name. */
  detail?: string | null
}

export interface SearchFieldProps {
  label: string
  /** What no choice is called. */
  any?: string
  /** What is said when nothing has such a name. */
  noneFound: string
  /** What is chosen. */
  value: string | undefined
  /** The name of what is chosen; empty as long as it is not known. */
  name: string
  /** Asks the server for what has a text in its name. */
  find(wanted: string, signal: AbortSignal): Promise<Found[]>
  /** What else the answer depends on: find() is asked again when it changes. */
  within?: unknown
  choose(id: string): void
  /** Left out where something is always chosen. */
  clear?(): void
  /** Takes the place of a control that somebody was in. */
  isEntered?: boolean
}

// Safari has none.
const whenIdle = (work: () => void) =>
  'requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 1000)

/**
 * One of very many, by a part of its name. The combobox weighs more than the rest of the page, so it comes when the page
 * has nothing else to do, or as soon as somebody reaches for it; until then an input of the same looks takes what is typed.
 */
export function SearchField(props: SearchFieldProps) {
  const [typed, setTyped] = useState<string>()
  const [SearchBox, setSearchBox] = useState<ComponentType<SearchBoxProps>>()
  const plain = useRef<HTMLInputElement>(null)
  /** What was selected in the plain input when the combobox took its place; undefined when nobody was in it. */
  const selection = useRef<[number | null, number | null]>(undefined)

  const load = () => {
    const take = ({ default: component }: typeof import('./search_box.tsx')) => {
      const input = plain.current
      if (input && input === document.activeElement) selection.current = [input.selectionStart, input.selectionEnd]
      // At once: whoever came into the field between here and a later rendering would be thrown out of it.
      flushSync(() => setSearchBox(() => component))
    }
    // Offline it is tried again when somebody comes back to the field.
    import('./search_box.tsx').then(take, () => {})
  }
  useEffect(() => void whenIdle(load), [])

  if (SearchBox) return <SearchBox {...props} {...{ typed, setTyped }} selection={selection.current} />
  return <PlainField {...props} {...{ typed, setTyped }} input={plain} reach={load} />
}

interface PlainFieldProps extends SearchFieldProps {
  input: RefObject<HTMLInputElement | null>
  typed: string | undefined
  setTyped(text: string | undefined): void
  reach(): void
}

/** What the combobox looks like, and says of itself to a screen reader, while it is closed. */
function PlainField({ label, any, value, name, clear, isEntered, input, typed, setTyped, reach }: PlainFieldProps) {
  const id = useId()
  useLayoutEffect(() => {
    if (isEntered) input.current?.focus()
  }, [])
  return (
    <div className="field combo" onPointerEnter={reach}>
      <label htmlFor={id}>{label}</label>
      <div className="combo-box">
        <input
          ref={input}
          id={id}
          role="combobox"
          aria-expanded="false"
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={any}
          value={typed ?? name}
          onFocus={({ target }) => {
            reach()
            target.select()
          }}
          onChange={({ target }) => {
            setTyped(target.value)
            if (target.value === '' && value) clear?.()
          }}
          onBlur={() => setTyped(undefined)}
        />
        {value && clear ? (
          <ClearButton label={label} clear={clear} />
        ) : (
          <button
            type="button"
            className="combo-button"
            tabIndex={-1}
            aria-label={label}
            onClick={() => input.current?.focus()}
          >
            <Icon name="chevron" />
          </button>
        )}
      </div>
    </div>
  )
}

export function ClearButton({ label, clear }: { label: string; clear(): void }) {
  const { t } = useText()
  return (
    <button type="button" className="combo-button" aria-label={t.search.clear(label)} onClick={clear}>
      <Icon name="cross" />
    </button>
  )
}
