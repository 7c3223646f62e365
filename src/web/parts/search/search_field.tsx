import { type ComponentType, useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { PlainField } from './plain_field.tsx'
import type { SearchBoxProps, SearchFieldProps } from './types.ts'

// Safari does not have requestIdleCallback.
const whenIdle = (work: () => void) =>
  'requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 1000)

/**
 * A field that finds one of very many things by a part of its name. The combobox is larger than the rest of the page, so it is
 * loaded when the page is idle or the field gets the focus. Until then an input that looks the same takes what is typed.
 */
export function SearchField(props: SearchFieldProps) {
  const [typed, setTyped] = useState<string>()
  const [SearchBox, setSearchBox] = useState<ComponentType<SearchBoxProps>>()
  const plain = useRef<HTMLInputElement>(null)
  /** The selection in the plain input when the combobox replaced it; undefined if it did not have the focus. */
  const selection = useRef<[number | null, number | null]>(undefined)

  const load = useCallback(() => {
    const take = ({ default: component }: typeof import('./search_box.tsx')) => {
      const input = plain.current
      if (input && input === document.activeElement) selection.current = [input.selectionStart, input.selectionEnd]
      // Synchronously: a reader who entered the field before a later rendering would lose the focus.
      flushSync(() => setSearchBox(() => component))
    }
    // If loading fails, it is tried again at the next focus.
    import('./search_box.tsx').then(take, () => {})
  }, [])
  useEffect(() => void whenIdle(load), [load])

  if (SearchBox) return <SearchBox {...props} {...{ typed, setTyped }} selection={selection.current} />
  return <PlainField {...props} {...{ typed, setTyped }} input={plain} reach={load} />
}
