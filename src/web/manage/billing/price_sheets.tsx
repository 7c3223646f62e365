import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { PaymentRule } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Select } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { TaxRateField, taxRateOf } from '../../parts/money/tax_rate_field.tsx'
import type { Money } from '../../parts/money/use_money.ts'
import { DoctorOptions } from '../../parts/workplace/doctor_options.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { type Price, usePriceName } from './managed_prices.ts'
import { ValidityFields } from './validity.tsx'

const PricedServices = graphql(`
  query PricedServices($clinicId: BigInt!, $after: Cursor) {
    services(
      filter: { clinicId: { equalTo: $clinicId } }, orderBy: [POSITION_ASC, ID_ASC], first: 50, after: $after
    ) { nodes { id name names } pageInfo { hasNextPage endCursor } }
  }
`)
const AddPrice = graphql(`
  mutation AddPrice($price: PriceInput!) { createPrice(input: { price: $price }) { price { id } } }
`)
const ChangePrice = graphql(`
  mutation ChangePrice($clinicId: BigInt!, $id: BigInt!, $patch: PricePatch!) {
    updatePrice(input: { clinicId: $clinicId, id: $id, patch: $patch }) { price { id } }
  }
`)
const DropPrice = graphql(`
  mutation DropPrice($clinicId: BigInt!, $id: BigInt!) { deletePrice(input: { clinicId: $clinicId, id: $id }) { price { id } } }
`)

interface SheetProps {
  changed(): void
  close(): void
}

/** The name of the field at which a refusal of a price is shown. */
const fieldOf = ({ code }: Refusal): string | undefined =>
  ({ exclusion_violation: 'validFrom', amount_not_accepted: 'amount' })[code]

/** Sets the price of a service, with every doctor or with one. */
export function PriceSheet({ money, currency, changed, close }: SheetProps & { money: Money; currency: string }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [rule, setRule] = useState<PaymentRule>('NONE')
  async function save(fields: Fields) {
    const price = {
      clinicId: clinic.id,
      serviceId: fields.serviceId ?? '',
      doctorId: fields.doctorId ?? null,
      amount: requiredAmount(money, currency, fields),
      currency,
      taxRate: taxRateOf(fields),
      paymentRule: rule,
      deposit: rule === 'DEPOSIT' ? requiredAmount(money, currency, fields, 'deposit') : null,
      validFrom: fields.validFrom ?? null,
      validUntil: fields.validUntil ?? null,
    }
    await request(AddPrice, { price })
    showToast(common.saved)
    changed()
    close()
  }
  return (
    <FormSheet
      title={t.addPrice}
      submit={common.add}
      onSubmit={save}
      // The other fields have limits of their own, so the database can refuse only the deposit.
      fieldOf={(refusal) =>
        refusal.code === 'check_violation' ? (rule === 'DEPOSIT' ? 'deposit' : 'amount') : fieldOf(refusal)
      }
      close={close}
    >
      <ForWhom />
      <AmountField label={t.price} money={money} currency={currency} />
      <TaxRateField label={t.taxRate} />
      <Select label={t.rule} value={rule} onChange={(chosen) => setRule(chosen as PaymentRule)}>
        {(['NONE', 'DEPOSIT', 'FULL'] as const).map((it) => (
          <option key={it} value={it}>
            {t.rules[it]}
          </option>
        ))}
      </Select>
      {rule === 'DEPOSIT' && <AmountField label={t.deposit} name="deposit" money={money} currency={currency} />}
      <ValidityFields />
    </FormSheet>
  )
}

function ForWhom() {
  const { t, language } = useText(billingTexts)
  const { clinic } = useWorkplace()
  const services = usePaginatedQuery(PricedServices, { clinicId: clinic.id }, (found) => found.services, { all: true })
  const doctors = useDoctorNames().data?.nodes ?? []
  return (
    <>
      <Select label={t.service} name="serviceId" required>
        {services.data?.nodes.map((service) => (
          <option key={service.id} value={service.id}>
            {nameIn(language, service)}
          </option>
        ))}
      </Select>
      <Select label={t.doctor} name="doctorId">
        <option value="">{t.everyDoctor}</option>
        <DoctorOptions doctors={doctors} />
      </Select>
    </>
  )
}

/** Changes when a price is valid. */
export function EndPrice({ price, changed, close }: SheetProps & { price: Price }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const name = usePriceName()(price)
  const { clinicId, id } = price
  return (
    <FormSheet
      title={t.editValidity(name)}
      lead={<p className="hint">{t.validityLead}</p>}
      submit={common.save}
      onSubmit={async ({ validFrom = null, validUntil = null }) => {
        await request(ChangePrice, { clinicId, id, patch: { validFrom, validUntil } })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) =>
        code === 'check_violation' ? 'validUntil' : code === 'exclusion_violation' ? 'validFrom' : undefined
      }
      close={close}
    >
      <ValidityFields {...price} />
    </FormSheet>
  )
}

export function RemovePrice({ price, changed, close }: SheetProps & { price: Price }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const name = usePriceName()(price)
  const { clinicId, id } = price
  return (
    <Confirm
      title={t.removePrice(name)}
      submit={common.remove}
      confirm={async () => {
        await request(DropPrice, { clinicId, id }).catch((error) => {
          if (!(error instanceof Refusal && error.code === 'foreign_key_violation')) throw error
          throw new Refusal(t.used, 'price_used')
        })
        changed()
        close()
      }}
      close={close}
    >
      <p>{t.removePriceLead}</p>
    </Confirm>
  )
}
