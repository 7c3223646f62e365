import type { Page } from 'playwright-core'
import { axeViolations, hasValue, offers, pagesForTests } from '../helpers/browser.ts'
import { aDoctor, aSlot } from '../helpers/world.ts'

const pages = pagesForTests()
/** One of 130 clinics more, and far beyond what one list has; the only one of them with free times. */
const wanted = { id: '', name: 'Branch 127' }

beforeAll(async () => {
  await pages.owner.query(
    `insert into app_public.clinics (name, time_zone, address)
     select 'Branch ' || n, 'Europe/Berlin', n || ' Long Road' from generate_series(1, 130) n`,
  )
  const found = await pages.owner.one<{ id: string }>('select id from app_public.clinics where name = $1', [
    wanted.name,
  ])
  wanted.id = found.id
  await aSlot(pages.owner, wanted.id, await aDoctor(pages.owner, wanted.id))
})

/** The front page, once it has the combobox in place of the list. */
async function where(page: Page, label = 'Where') {
  await page.goto(pages.url)
  const field = page.getByRole('combobox', { name: label, exact: true }).and(page.locator('input'))
  await field.waitFor()
  return field
}

/** Until the free times of the wanted clinic are there, and no others; and the address says so. */
async function itsTimes(page: Page) {
  await page.waitForURL((url) => url.searchParams.get('clinic') === wanted.id)
  await page.locator('article', { hasText: wanted.name }).locator('a.time').first().waitFor()
  await page.locator('article', { hasNotText: wanted.name }).first().waitFor({ state: 'detached' })
}

const valueIs = (page: Page, value: string) => hasValue(page.locator('.search-fields input').first(), value)

test.each([
  ['on a desk screen', {}, 'Where', 'No clinic found'],
  ['on a phone, in German', { viewport: { width: 360, height: 740 }, locale: 'de-DE' }, 'Ort', 'Keine Praxis gefunden'],
])('a patient finds one clinic of very many by its name, misspelt, %s', async (_, options, label, none) => {
  const page = await pages.visitor(options)
  const field = await where(page, label)
  await field.fill('nowhere')
  await page.getByText(none).waitFor()
  await field.fill('127 BRANHC')
  await offers(page, `${wanted.name}127 Long Road`)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect([colorScheme, ...(await axeViolations(page, '.popover'))]).toEqual([colorScheme])
  }
  await page.getByRole('option', { name: wanted.name }).click()
  await itsTimes(page)
  await valueIs(page, wanted.name)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect([colorScheme, ...(await axeViolations(page))]).toEqual([colorScheme])
  }
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)

  // The name is found by the address alone, too.
  await page.reload()
  await itsTimes(page)
  await valueIs(page, wanted.name)
  await page.locator('a.time').first().click()
  await page.waitForURL(/\/book\//)
  await page.goBack()
  await itsTimes(page)
  await valueIs(page, wanted.name)

  await page.locator('.search-fields .field', { hasText: label }).getByRole('button').click()
  await page.waitForURL(pages.url)
  await valueIs(page, '')
})

test('by keyboard, and what is left without a choice changes nothing', async () => {
  const page = await pages.visitor()
  const field = await where(page)
  await page.getByLabel('Specialty').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.type('branch 127')
  await offers(page, wanted.name)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await itsTimes(page)
  await valueIs(page, wanted.name)
  // Out by the button that clears, and in again: what one types takes the place of the name.
  await page.keyboard.press('Tab')
  await valueIs(page, wanted.name)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.insertText('harb')
  await page.getByRole('option', { name: 'Harbour Family Health' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await valueIs(page, wanted.name)
  await itsTimes(page)
  // A doctor elsewhere is another clinic.
  await field.focus()
  await page.keyboard.press('Delete')
  await page.waitForURL(pages.url)
  // While a list is open the page around it is hidden from screen readers.
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'Doctor' }).fill('vogel katarina')
  await page.getByRole('option', { name: /Vogel/ }).click()
  await valueIs(page, 'Riverside Medical Centre')
})

test('what is typed before the page has all its parts stays, and so do cursor and height', async () => {
  const page = await pages.visitor()
  const arrive = Promise.withResolvers<void>()
  const know = Promise.withResolvers<void>()
  await page.route(/search_box/, (route) => arrive.promise.then(() => route.continue()))
  await page.route(/graphql/, (route) =>
    route.request().postData()?.includes('WhatAndWhere') ? know.promise.then(() => route.continue()) : route.continue(),
  )
  await page.goto(pages.url)
  // In the list, of which nobody knows yet that it is none.
  await page.getByLabel('Where', { exact: true }).and(page.locator('select')).focus()
  const height = () => page.locator('.search').evaluate('(it) => it.getBoundingClientRect().height')
  const before = await height()
  know.resolve()
  await page.locator('.search-fields input:focus').waitFor()
  expect(await height()).toBe(before)
  await page.keyboard.type('Branch 17')
  await page.keyboard.press('ArrowLeft')
  arrive.resolve()
  await page.getByRole('listbox').waitFor()
  expect(await height()).toBe(before)
  await page.keyboard.type('2')
  await offers(page, wanted.name)
})
