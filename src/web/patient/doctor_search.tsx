import { useLayoutEffect, useRef } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { graphql } from '../graphql/generated/gql.ts'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { ClearButton } from './doctor_field.tsx'
import type { Search } from './search.ts'

const Doctors = graphql(`
  query Doctors($filter: DoctorFilter!) {
    doctors(filter: $filter, first: 12, orderBy: [FULL_NAME_ASC]) {
      nodes { id fullName clinic { id name } }
    }
  }
`)

export interface DoctorSearchProps {
  search: Search
  change(changed: Partial<Search>): void
  /** What stands in the field while somebody is in it; undefined while nobody is. */
  typed: string | undefined
  setTyped(change: string | undefined | ((before: string | undefined) => string | undefined)): void
  chosenName: string
  clear(): void
  /** The selection of the input whose place this took while somebody was in it. */
  selection: [number | null, number | null] | undefined
}

/** The combobox: suggestions come from the server while one types. Choosing one says the clinic, too. */
export default function DoctorSearch(props: DoctorSearchProps) {
  const { search, change, typed, setTyped, chosenName, clear, selection } = props
  const { t } = useText()
  const { clinic, doctor } = search
  const { data } = useQuery(
    Doctors,
    typed === undefined
      ? null
      : {
          filter: {
            ...(typed && typed !== chosenName && { fullName: { includesInsensitive: typed } }),
            ...(clinic && { clinicId: { equalTo: clinic } }),
            ...(search.specialization && {
              doctorSpecializations: { some: { specializationId: { equalTo: search.specialization } } },
            }),
          },
        },
  )
  const items = (data?.doctors?.nodes ?? []).flatMap((node) =>
    node?.clinic ? [{ id: `${node.clinic.id}/${node.id}`, name: node.fullName, where: node.clinic.name }] : [],
  )
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (!selection) return
    input.current?.focus()
    input.current?.setSelectionRange(...selection)
  }, [])
  return (
    <ComboBox
      className="field combo"
      items={items}
      inputValue={typed ?? chosenName}
      // Not when the library empties the field; what somebody empties comes by the input below.
      onInputChange={(text) => text !== '' && setTyped(text)}
      value={doctor ? `${clinic}/${doctor}` : null}
      onChange={(key) => {
        // What was typed and not chosen is no choice.
        if (key === null) return
        const [clinicId, id] = String(key).split('/')
        change({ clinic: clinicId, doctor: id })
      }}
      onFocus={() => setTyped((before) => before ?? chosenName)}
      onBlur={() => setTyped(undefined)}
      menuTrigger="focus"
      allowsEmptyCollection
      // The text stays as it is when the field is left; which doctor it names stands in the address.
      allowsCustomValue
    >
      <Label>{t.search.doctor}</Label>
      <div className="combo-box">
        <Input
          ref={input}
          placeholder={t.search.anyDoctor}
          onChange={({ target }) => {
            if (target.value !== '') return
            setTyped('')
            if (doctor) clear()
          }}
        />
        {doctor ? (
          <ClearButton clear={clear} />
        ) : (
          <Button className="combo-button">
            <Icon name="chevron" />
          </Button>
        )}
      </div>
      <Popover className="popover">
        <ListBox
          className="list-box"
          renderEmptyState={() => <p className="list-empty">{data ? t.search.noDoctor : t.problem.loading}</p>}
        >
          {({ id, name, where }: (typeof items)[number]) => (
            <ListBoxItem id={id} textValue={name} className="list-item">
              <span>{name}</span>
              <small>{where}</small>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
