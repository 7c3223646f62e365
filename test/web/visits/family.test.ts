import type { Page } from 'playwright-core'
import { familyTexts } from '../../../src/web/text/patient/family.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'

const pages = pagesForTests()

/** Two free times at the same hour, of two doctors of a clinic, at least three days ahead. */
async function twoAtTheSameHour() {
  const times = await pages.owner.query<{ clinic_id: string; path: string }>(
    `select s.clinic_id, format('/book/%s/%s?doctor=%s', s.clinic_id, s.id, s.doctor_id) as path
     from app_public.booking_slots s
     join (
       select clinic_id, starts_at from app_public.booking_slots
       where status = 'open' and starts_at > now() + interval '3 days'
       group by 1, 2 having count(distinct doctor_id) >= 2 order by 2, 1 limit 1) hour using (clinic_id, starts_at)
     where s.status = 'open' order by s.id limit 2`,
  )
  return times.map(({ path }) => path) as [string, string]
}

async function addChild(page: Page, name: string, birthDate: string) {
  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByRole('dialog').getByLabel('Full name').fill(name)
  await page.getByRole('dialog').getByLabel('Date of birth').fill(birthDate)
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText(name, { exact: true }).waitFor()
}

const bookFor = async (page: Page, path: string, name: string) => {
  await page.goto(pages.url + path)
  await page.getByText(/^Reserved for you: /).waitFor()
  await page.getByLabel('Who is the appointment for?').selectOption({ label: name })
  await page.getByText(/^Reserved for you: /).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Book', exact: true }).click()
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  await page.getByText(`For ${name}`).waitFor()
}

test('a parent books two children at the same hour with two doctors', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann', '/profile')
  await page.getByRole('heading', { name: 'My family' }).waitFor()
  const year = new Date().getFullYear()
  await addChild(page, 'Tim Test', `${year - 6}-05-01`)
  await addChild(page, 'Zoe Test', `${year - 9}-06-02`)
  expect(await axeViolations(page)).toEqual([])

  const [first, second] = await twoAtTheSameHour()
  await bookFor(page, first, 'Tim Test')
  await bookFor(page, second, 'Zoe Test')
  await page.goto(`${pages.url}/bookings`)
  await page.getByText('For Tim Test').first().waitFor()
  await page.getByText('For Zoe Test').first().waitFor()
  const booked = await pages.owner.query(
    `select c.full_name, b.starts_at from app_public.bookings b join app_public.customers c on c.id = b.customer_id
     where c.full_name like '% Test' order by 1`,
  )
  expect(booked.map(({ full_name }) => full_name)).toEqual(['Tim Test', 'Zoe Test'])
  expect(booked[0]?.starts_at).toEqual(booked[1]?.starts_at)

  // Three months before the guardianship ends, the page says what happens then.
  await page.goto(`${pages.url}/profile`)
  await page.getByText('Tim Test', { exact: true }).waitFor()
  expect(await page.getByText(familyTexts.en.growsUp('Tim Test')).count()).toBe(0)
  await pages.owner.query(
    `update app_public.guardianships set until = current_date + 80
     where dependant_customer_id = (select id from app_public.customers where full_name = 'Tim Test')`,
  )
  await page.reload()
  await page.getByText(familyTexts.en.growsUp('Tim Test')).waitFor()
  expect(await page.getByText(familyTexts.en.growsUp('Zoe Test')).count()).toBe(0)
  expect(await axeViolations(page)).toEqual([])

  // The desk sees who booked for the child.
  const [visit] = await pages.owner.query(
    `select b.clinic_id, b.slot_date::text as date, s.id as slot_id
     from app_public.bookings b join app_public.booking_slots s on s.clinic_id = b.clinic_id and s.id = b.booking_slot_id
     join app_public.customers c on c.id = b.customer_id where c.full_name = 'Tim Test'`,
  )
  const guardians = await pages.owner.query(
    `select g.guardian_name, g.relation from app_public.bookings b
     join app_public.customers c on c.id = b.customer_id and c.full_name = 'Tim Test'
     cross join lateral app_public.guardians_of_customers($1, array[c.id]) g`,
    [visit?.clinic_id],
  )
  expect(guardians).toEqual([{ guardian_name: 'Ann Miller', relation: 'parent' }])
})

test('on a phone in German, a child is added by keyboard and removed again', async () => {
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'bob', '/profile')
  await page.getByRole('button', { name: 'Jemanden hinzufügen' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByLabel('Vor- und Nachname').fill('Mia Muster')
  await page
    .getByRole('dialog')
    .getByLabel('Geburtsdatum')
    .fill(`${new Date().getFullYear() - 4}-01-02`)
  await page.keyboard.press('Enter')
  await page.getByText('Mia Muster', { exact: true }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await page.getByRole('button', { name: 'Mia Muster entfernen' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Entfernen' }).click()
  await page.getByText('Noch niemand.').waitFor()
})

test('a patient adds the record that a clinic made by telephone, and sees its appointment', async () => {
  const page = await pages.visitor()
  const { email, id } = await pages.owner.one(
    `select id, email from app_public.customers where full_name = 'Ann Miller'`,
  )
  const [slot] = await pages.owner.query(
    `select clinic_id, id from app_public.booking_slots where status = 'open' and starts_at > now() + interval '6 days' order by starts_at limit 1`,
  )
  const { record } = await pages.owner.one(
    `with c as (insert into app_public.customers (full_name) values ('A. Miller') returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
     select $1, id, 'A. Miller', $2 from c returning customer_id as record`,
    [slot?.clinic_id, email],
  )
  await pages.owner.query('select app_public.book_slot($1, $2, $3)', [slot?.clinic_id, slot?.id, record])
  await signInAs(page, pages.url, 'ann', '/profile')
  const row = page.locator('.records li').filter({ hasText: 'A. Miller' })
  await row.getByRole('button', { name: 'This is me' }).click()
  await row.waitFor({ state: 'detached' })
  expect(await pages.owner.one('select merged_into_id from app_public.customers where id = $1', [record])).toEqual({
    merged_into_id: id,
  })
  await page.goto(`${pages.url}/bookings`)
  await page.locator(`a[href^="/bookings/${slot?.clinic_id}/"]`).first().waitFor()
})
