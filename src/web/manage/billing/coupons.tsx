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
import { AddCouponSheet, EditCouponSheet, RemoveCoupon } from './coupon_sheets.tsx'
import { type Coupon, ManagedCoupons } from './managed_coupons.ts'
import { useCurrency } from './use_currency.ts'
import { useValidityText } from './validity.tsx'

/** The coupons of the clinic. */
export function CouponsSection() {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const current = useCurrency()
  const [opened, setOpened] = useState<{ dialog: 'add' | 'edit' | 'remove'; coupon?: Coupon }>()
  const query = usePaginatedQuery(ManagedCoupons, { clinicId: clinic.id }, ({ coupons }) => coupons)
  const dialog = { close: () => setOpened(undefined), changed: query.refetch }
  return (
    <Section
      title={common.section.coupons}
      lead={t.couponsLead}
      action={<AddButton press={() => setOpened({ dialog: 'add' })}>{t.addCoupon}</AddButton>}
    >
      <Listing
        query={query}
        empty={
          <Empty title={t.noCoupons}>
            <p>{t.noCouponsHint}</p>
          </Empty>
        }
      >
        {(coupon) => <CouponRow coupon={coupon} open={(which) => setOpened({ dialog: which, coupon })} />}
      </Listing>
      {opened?.dialog === 'add' && current && <AddCouponSheet {...current} {...dialog} />}
      {opened?.dialog === 'edit' && opened.coupon && <EditCouponSheet coupon={opened.coupon} {...dialog} />}
      {opened?.dialog === 'remove' && opened.coupon && <RemoveCoupon coupon={opened.coupon} {...dialog} />}
    </Section>
  )
}

function CouponRow({ coupon, open }: { coupon: Coupon; open(dialog: 'edit' | 'remove'): void }) {
  const { t, locale } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const money = useCurrency()?.money
  const validity = useValidityText()
  const { code, percent, amount, currency, most, used } = coupon
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{code}</h2>
        <p className="fields">
          {amount ? money?.text(amount, currency) : `${Number(percent).toLocaleString(locale)} %`}
        </p>
        <p className="row-more">
          {t.usedOf(used, most)} · {validity(coupon)}
        </p>
      </div>
      <div className="row-actions">
        <RowButton of={code} press={() => open('edit')}>
          {common.edit}
        </RowButton>
        <RowButton of={code} ends press={() => open('remove')}>
          {common.remove}
        </RowButton>
      </div>
    </>
  )
}
