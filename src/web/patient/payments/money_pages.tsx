import { Route, Switch } from 'wouter'
import { NotFound } from '../../parts/feedback/notice.tsx'
import { PayPage } from '../pay/pay_page.tsx'
import { InvoicePage } from './invoice_page.tsx'
import { PaymentsPage } from './payments_page.tsx'

/** The pages about money, which are loaded together: the first script lists each page that is loaded separately. */
export default function MoneyPages() {
  return (
    <Switch>
      <Route path={/^[/]pay[/](?<id>\d{1,18})$/}>{({ id = '' }) => <PayPage key={id} id={id} />}</Route>
      <Route path="/payments" component={PaymentsPage} />
      <Route path={/^[/]payments[/](?<clinicId>\d{1,18})[/](?<id>\d{1,18})$/}>
        {({ clinicId = '', id = '' }) => <InvoicePage key={id} clinicId={clinicId} id={id} />}
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}
