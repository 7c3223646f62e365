import { join } from 'node:path'
import { pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { listening } from '../../helpers/database/live.ts'

// The pages with a server that executes only their documents.
const TRUSTED_DOCUMENTS = join(import.meta.dirname, '../../../dist/documents.json')
const pages = pagesForTests({ worker: true, env: { TRUSTED_DOCUMENTS } })

test('a time is found, booked and shown live at the desk', async () => {
  const other = await fetch(`${pages.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ clinics { totalCount } }' }),
  })
  expect(other.status).toBe(400)

  const { id: clinic } = await pages.owner.one<{ id: string }>(
    `select id from app_public.clinics where name like 'Riverside%'`,
  )
  const [patient, desk] = [await pages.visitor(), await pages.visitor({ viewport: { width: 1280, height: 800 } })]
  await signInAs(patient, pages.url, 'ann', `/?clinic=${clinic}`)
  await patient.locator('a.time').first().click()
  await patient.getByText(/^Reserved for you: /).waitFor()
  const slot = new URL(patient.url()).pathname.split('/').at(-1) as string
  const { date } = await pages.owner.one<{ date: string }>(
    'select slot_date::text as date from app_public.booking_slots where id = $1',
    [slot],
  )
  await signInAs(desk, pages.url, 'riverside', `/desk/${clinic}?date=${date}`)
  await listening(pages.owner, clinic)

  await patient.getByRole('button', { name: 'Book', exact: true }).click()
  await patient.getByRole('heading', { name: 'Booked' }).waitFor()
  await desk.locator('[data-news]', { hasText: 'Booked, Ann' }).waitFor({ state: 'attached' })
})
