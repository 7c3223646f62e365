import { useState } from 'react'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Listing, RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { AddButton } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { ManagedPrices, type Price, usePriceName } from './managed_prices.ts'
import { EndPrice, PriceSheet, RemovePrice } from './price_sheets.tsx'
import { useCurrency } from './use_currency.ts'
import { useValidityText } from './validity.tsx'

/** What visits cost, by service and doctor. */
export function PricesSection() {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const current = useCurrency()
  const [opened, setOpened] = useState<{ dialog: 'add' | 'end' | 'remove'; price?: Price }>()
  const query = usePaginatedQuery(ManagedPrices, { clinicId: clinic.id }, ({ prices }) => prices, { all: true })
  const dialog = { close: () => setOpened(undefined), changed: query.refetch }
  return (
    <Section
      title={common.section.prices}
      lead={t.pricesLead}
      action={<AddButton press={() => setOpened({ dialog: 'add' })}>{t.addPrice}</AddButton>}
    >
      <Listing
        query={query}
        empty={
          <Empty title={t.noPrices}>
            <p>{t.noPricesHint}</p>
          </Empty>
        }
      >
        {(price) => <PriceRow price={price} open={(which) => setOpened({ dialog: which, price })} />}
      </Listing>
      {opened?.dialog === 'add' && current && <PriceSheet {...current} {...dialog} />}
      {opened?.dialog === 'end' && opened.price && <EndPrice price={opened.price} {...dialog} />}
      {opened?.dialog === 'remove' && opened.price && <RemovePrice price={opened.price} {...dialog} />}
    </Section>
  )
}

function PriceRow({ price, open }: { price: Price; open(dialog: 'end' | 'remove'): void }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const money = useCurrency()?.money
  const validity = useValidityText()
  const name = usePriceName()(price)
  const { amount, currency, paymentRule, deposit } = price
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{name}</h2>
        <p className="fields">
          {money?.text(amount, currency)} · {t.ruleOf[paymentRule]}
          {deposit && ` ${money?.text(deposit, currency) ?? ''}`}
        </p>
        <p className="row-more">{validity(price)}</p>
      </div>
      <div className="row-actions">
        <RowButton of={name} press={() => open('end')}>
          {t.change}
        </RowButton>
        <RowButton of={name} ends press={() => open('remove')}>
          {common.remove}
        </RowButton>
      </div>
    </>
  )
}
