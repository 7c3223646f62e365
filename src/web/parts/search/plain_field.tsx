import { type RefObject, useId, useLayoutEffect } from 'react'
import { Icon } from '../icon.tsx'
import { ClearButton } from './clear_button.tsx'
import type { SearchFieldProps } from './types.ts'

interface PlainFieldProps extends SearchFieldProps {
  input: RefObject<HTMLInputElement | null>
  typed: string | undefined
  setTyped(text: string | undefined): void
  reach(): void
}

/** An input that looks like the closed combobox and has the same role for screen readers. */
export function PlainField({
  label,
  any,
  value,
  name,
  clear,
  isEntered,
  input,
  typed,
  setTyped,
  reach,
}: PlainFieldProps) {
  const id = useId()
  useLayoutEffect(() => {
    if (isEntered) input.current?.focus()
  }, [isEntered, input])
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
