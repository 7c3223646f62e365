import { useLayoutEffect, useRef } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useText } from '../text/language.ts'
import { useAsked } from '../use_query.ts'
import { Icon } from './icon.tsx'
import { ClearButton, type Found, type SearchFieldProps } from './search_field.tsx'

export interface SearchBoxProps extends SearchFieldProps {
  /** What stands in the field while somebody is in it; undefined while nobody is. */
  typed: string | undefined
  setTyped(change: string | undefined | ((before: string | undefined) => string | undefined)): void
  /** The selection of the input whose place this took while somebody was in it. */
  selection: [number | null, number | null] | undefined
}

/** The combobox of a <SearchField>. */
export default function SearchBox(props: SearchBoxProps) {
  const { label, any = '', noneFound, value, name, within, find, choose, clear, typed, setTyped, selection } = props
  const { t } = useText()
  const wanted = typed === undefined || typed === name ? '' : typed.trim()
  const { data } = useAsked(typed === undefined ? null : JSON.stringify([wanted, within]), (signal) =>
    find(wanted, signal),
  )
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (!selection) return
    input.current?.focus()
    input.current?.setSelectionRange(...selection)
  }, [])
  // Nobody in the field: then it says what is chosen.
  const say = (text: string) => setTyped((before) => (before === undefined ? before : text))
  return (
    <ComboBox
      className="field combo"
      items={data ?? []}
      inputValue={typed ?? name}
      // Not when the library empties the field; what somebody empties comes by the input below.
      onInputChange={(text) => text !== '' && say(text)}
      value={value ?? null}
      onChange={(key) => {
        const found = data?.find(({ id }) => id === key)
        // What was typed and not chosen is no choice.
        if (!found) return
        say(found.name)
        if (found.id !== value) choose(found.id)
      }}
      onFocus={() => setTyped((before) => before ?? name)}
      onBlur={() => setTyped(undefined)}
      menuTrigger="focus"
      allowsEmptyCollection
      // The text stays as it is when the field is left; what it names stands in the address.
      allowsCustomValue
    >
      <Label>{label}</Label>
      <div className="combo-box">
        <Input
          ref={input}
          autoComplete="off"
          placeholder={any}
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => {
            if (target.value !== '') return
            setTyped('')
            if (value) clear?.()
          }}
        />
        {value && clear ? (
          <ClearButton label={label} clear={clear} />
        ) : (
          <Button className="combo-button">
            <Icon name="chevron" />
          </Button>
        )}
      </div>
      <Popover className="popover">
        <ListBox
          className="list-box"
          renderEmptyState={() => <p className="list-empty">{data ? noneFound : t.problem.loading}</p>}
        >
          {({ id, name: found, detail }: Found) => (
            <ListBoxItem id={id} textValue={found} className="list-item">
              <span>{found}</span>
              {detail && <small>{detail}</small>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
