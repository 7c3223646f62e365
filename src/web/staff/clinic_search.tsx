import { useState } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useLocation } from 'wouter'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { usePages } from '../use_pages.ts'
import { byName, StaffClinics, useWorkplace } from './clinic.tsx'
import { useStaffText } from './text.ts'

const shownAtOnce = 50

/** One of very many clinics, by a part of its name. They are fetched when somebody comes into the field. */
export default function ClinicSearch({ base }: { base: string }) {
  const { t } = useStaffText()
  const { t: shared } = useText()
  const { clinic, clinicFilter } = useWorkplace()
  const [, go] = useLocation()
  // What stands in the field while somebody is in it.
  const [typed, setTyped] = useState<string>()
  const isHere = typed !== undefined
  const asked = usePages(StaffClinics, isHere ? { filter: clinicFilter } : null, (result) => result.clinics, {
    all: true,
  })
  const wanted = typed === clinic.name ? '' : (typed ?? '').trim().toLocaleLowerCase()
  const found = (asked.data?.nodes ?? []).filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
  return (
    <ComboBox
      className="field combo clinic-search"
      items={found.toSorted(byName).slice(0, shownAtOnce)}
      inputValue={typed ?? clinic.name}
      onInputChange={(text) => isHere && setTyped(text)}
      value={clinic.id}
      onChange={(id) => id !== null && String(id) !== clinic.id && go(`${base}/${id}`)}
      onFocus={() => setTyped((before) => before ?? clinic.name)}
      onBlur={() => setTyped(undefined)}
      menuTrigger="focus"
      allowsEmptyCollection
      // What was typed and not chosen is no choice.
      allowsCustomValue
    >
      <Label>{t.clinic}</Label>
      <div className="combo-box">
        <Input autoComplete="off" onFocus={({ target }) => target.select()} />
        <Button className="combo-button">
          <Icon name="chevron" />
        </Button>
      </div>
      <Popover className="popover">
        <ListBox
          className="list-box"
          renderEmptyState={() => <p className="list-empty">{asked.data ? t.noneFound : shared.problem.loading}</p>}
        >
          {({ id, name }: (typeof found)[number]) => (
            <ListBoxItem id={id} textValue={name} className="list-item">
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
