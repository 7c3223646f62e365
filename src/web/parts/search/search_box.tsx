import { useLayoutEffect, useRef } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useAsync } from '../../data/use_query.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { Icon } from '../icon.tsx'
import { ClearButton } from './clear_button.tsx'
import type { Found, SearchBoxProps } from './types.ts'

/** The combobox of a <SearchField>. */
export default function SearchBox(props: SearchBoxProps) {
  const { label, any = '', noneFound, value, name, within, find, choose, clear, typed, setTyped, selection } = props
  const { t } = useText(commonTexts)
  const wanted = typed === undefined || typed === name ? '' : typed.trim()
  const { data } = useAsync(typed === undefined ? null : JSON.stringify([wanted, within]), (signal) =>
    find(wanted, signal),
  )
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (!selection) return
    input.current?.focus()
    input.current?.setSelectionRange(...selection)
  }, [selection])
  // After the field has lost the focus, it shows the name of the choice and not the typed text.
  const enter = (text: string) => setTyped((before) => (before === undefined ? before : text))
  return (
    <ComboBox
      className="field combo"
      items={data ?? []}
      inputValue={typed ?? name}
      // An empty text is ignored here, because the library also clears the field. The input below reports it when the user does.
      onInputChange={(text) => text !== '' && enter(text)}
      value={value ?? null}
      onChange={(key) => {
        const found = data?.find(({ id }) => id === key)
        // Text that was typed but not chosen changes nothing.
        if (!found) return
        enter(found.name)
        if (found.id !== value) choose(found.id)
      }}
      onFocus={() => setTyped((before) => before ?? name)}
      onBlur={() => setTyped(undefined)}
      menuTrigger="focus"
      allowsEmptyCollection
      // The text stays when the field loses the focus; the choice is in the address.
      allowsCustomValue
    >
      <Label>{label}</Label>
      <div className="combo-box">
        <Input
          ref={input}
          autoComplete="off"
          placeholder={any}
          // React Aria also dispatches focus events of its own, when the list has no current option any more.
          onFocus={({ target, nativeEvent }) => nativeEvent.isTrusted && target.select()}
          onChange={({ target }) => {
            if (target.value !== '') return
            setTyped('')
            if (value) clear?.()
          }}
        />
        {value && clear ? <ClearButton label={label} clear={clear} /> : <OpenButton />}
      </div>
      <Options none={data ? noneFound : t.loading} />
    </ComboBox>
  )
}

function OpenButton() {
  return (
    <Button className="combo-button">
      <Icon name="chevron" />
    </Button>
  )
}

/** What was found; `none` is shown while there is nothing. */
function Options({ none }: { none: string }) {
  return (
    <Popover className="popover">
      <ListBox className="list-box" renderEmptyState={() => <p className="list-empty">{none}</p>}>
        {({ id, name, detail }: Found) => (
          <ListBoxItem id={id} textValue={name} className="list-item">
            <span>{name}</span>
            {detail && <small>{detail}</small>}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  )
}
