import { anInvoice, aPaidPractice, billing, record } from '../helpers/clinic/billing.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { mailboxes, partOf } from '../helpers/external/mail.ts'

// The mail with an invoice, as a mail server gets it.

const database = {} as ClonedDatabase
const pages = {
  url: 'https://pages.example',
  get database() {
    return database.name
  },
}
let owner: Connection
beforeAll(async () => {
  Object.assign(database, await cloneDatabase())
  owner = await connect(database.url)
})
const mails = mailboxes(pages)
afterAll(async () => {
  await owner?.close()
  await database.drop?.()
})
test('a patient gets an invoice as a PDF in their language, once', async () => {
  const { clinicId, customer } = await aPaidPractice(owner)
  const { email } = await owner.one<{ email: string }>(
    "update app_public.customers set preferred_language = 'de' where id = $1 returning email",
    [customer.customerId],
  )
  await record(owner, clinicId, customer.customerId)
  const id = await anInvoice(owner, clinicId, customer.customerId, 1234)
  const { number } = await billing<{ number: string }>(owner, 'issue_invoice', clinicId, id)
  const raw = await mails.readRaw(email)
  expect(partOf(raw, 'text/plain')).toContain('12,34 EUR')
  expect(raw).toMatch(new RegExp(`filename="?Rechnung-${number}\\.pdf`))
  expect(partOf(raw, 'application/pdf')).toMatch(/^%PDF-1\.7/)
})
