import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Field, TwoOptions } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import type { Money } from '../../parts/money/use_money.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'
import type { Coupon } from './managed_coupons.ts'
import { ValidityFields } from './validity.tsx'

const AddCoupon = graphql(`
  mutation AddCoupon($coupon: CouponInput!) { createCoupon(input: { coupon: $coupon }) { coupon { id } } }
`)
const EditCoupon = graphql(`
  mutation EditCoupon($clinicId: BigInt!, $id: BigInt!, $patch: CouponPatch!) {
    updateCoupon(input: { clinicId: $clinicId, id: $id, patch: $patch }) { coupon { id } }
  }
`)
const DropCoupon = graphql(`
  mutation DropCoupon($clinicId: BigInt!, $id: BigInt!) {
    deleteCoupon(input: { clinicId: $clinicId, id: $id }) { coupon { id } }
  }
`)

interface SheetProps {
  changed(): void
  close(): void
}

/** What can be changed of a coupon. */
const changeable = ({ most, validFrom, validUntil }: Fields) => ({
  most: most === undefined ? null : Number(most),
  validFrom: validFrom ?? null,
  validUntil: validUntil ?? null,
})

function HowOften({ most }: { most?: number | null }) {
  const { t } = useText(billingTexts)
  return (
    <Field
      label={t.most}
      hint={t.mostHint}
      name="most"
      type="number"
      min="1"
      max="1000000000"
      defaultValue={most ?? ''}
    />
  )
}

export function AddCouponSheet({ money, currency, changed, close }: SheetProps & { money: Money; currency: string }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [isAmount, setAmount] = useState(false)
  async function save(fields: Fields) {
    const discount = isAmount ? { amount: requiredAmount(money, currency, fields) } : { percent: fields.percent ?? '' }
    const coupon = { clinicId: clinic.id, code: fields.code ?? '', currency, ...discount, ...changeable(fields) }
    await request(AddCoupon, { coupon })
    showToast(common.saved)
    changed()
    close()
  }
  return (
    <FormSheet
      title={t.addCoupon}
      submit={common.add}
      onSubmit={save}
      fieldOf={({ code }) =>
        code === 'unique_violation' ? 'code' : code === 'check_violation' ? 'validUntil' : undefined
      }
      close={close}
    >
      <Field
        label={t.code}
        hint={t.codeHint}
        name="code"
        pattern="[A-Za-z0-9\-]{3,40}"
        maxLength={40}
        autoComplete="off"
        required
      />
      <TwoOptions
        legend={t.discount}
        name="coupon-kind"
        isSecond={isAmount}
        choose={setAmount}
        first={t.aPercentage}
        second={t.anAmount}
      />
      {isAmount ? (
        <AmountField label={t.amount} money={money} currency={currency} />
      ) : (
        <Field label={t.percent} name="percent" type="number" min="0.01" max="100" step="0.01" required />
      )}
      <HowOften />
      <ValidityFields />
    </FormSheet>
  )
}

export function EditCouponSheet({ coupon, changed, close }: SheetProps & { coupon: Coupon }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, id, code, most, used } = coupon
  return (
    <FormSheet
      title={t.editCoupon(code)}
      submit={common.save}
      onSubmit={async (fields) => {
        await request(EditCoupon, { clinicId, id, patch: changeable(fields) })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code: refusal }) => (refusal === 'check_violation' ? (used > 0 ? 'most' : 'validUntil') : undefined)}
      close={close}
    >
      <HowOften most={most} />
      <ValidityFields {...coupon} />
    </FormSheet>
  )
}

export function RemoveCoupon({ coupon: { clinicId, id, code }, changed, close }: SheetProps & { coupon: Coupon }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  return (
    <Confirm
      title={t.removeCoupon(code)}
      submit={common.remove}
      confirm={async () => {
        await request(DropCoupon, { clinicId, id }).catch((error) => {
          if (!(error instanceof Refusal && error.code === 'foreign_key_violation')) throw error
          throw new Refusal(t.used, 'coupon_used')
        })
        changed()
        close()
      }}
      close={close}
    >
      <p>{t.removeCouponLead}</p>
    </Confirm>
  )
}
