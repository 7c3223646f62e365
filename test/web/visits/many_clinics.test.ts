import type { Page } from 'playwright-core'
import {
  axeViolationsByDayAndNight,
  hasValue,
  offers,
  openFrontPage,
  pagesForTests,
} from '../../helpers/browser/browser.ts'
import { aDoctor, aSlot } from '../../helpers/clinic/world.ts'

const pages = pagesForTests()
/** One of 130 additional clinics, far more than one list holds; only this one has free times. */
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

/** Opens the front page, until the combobox has replaced the list. */
async function where(page: Page, label = 'Where') {
  await openFrontPage(page, pages.url)
  const field = page.getByRole('combobox', { name: label, exact: true }).and(page.locator('input'))
  await field.waitFor()
  return field
}

/** Waits until only the free times of the wanted clinic are shown, and the address has its id. */
async function itsTimes(page: Page) {
  await page.waitForURL((url) => url.searchParams.get('clinic') === wanted.id)
  await page.locator('article', { hasText: wanted.name }).locator('a.time').first().waitFor()
  await page.locator('article', { hasNotText: wanted.name }).first().waitFor({ state: 'detached' })
}

const valueIs = (page: Page, value: string) => hasValue(page.locator('.search-fields input').first(), value)

test.each([
  ['on a desk screen', {}, 'Where', 'No clinic found'],
  ['on a phone, in German', { viewport: { width: 360, height: 740 }, locale: 'de-DE' }, 'Ort', 'Keine Praxis gefunden'],
])('a patient finds one of very many clinics by a misspelled name, %s', async (_, options, label, none) => {
  const page = await pages.visitor(options)
  const field = await where(page, label)
  await field.fill('nowhere')
  await page.getByText(none).waitFor()
  await field.fill('127 BRANHC')
  await offers(page, `${wanted.name}127 Long Road`)
  expect(await axeViolationsByDayAndNight(page, '.popover')).toEqual([])
  await page.getByRole('option', { name: wanted.name }).click()
  await itsTimes(page)
  await valueIs(page, wanted.name)
  expect(await axeViolationsByDayAndNight(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)

  // The name is also loaded if only the address has the id.
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

test('a clinic is chosen by keyboard, and text without a choice changes nothing', async () => {
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
  // Leave the field to the clear button and return: typing replaces the name.
  await page.keyboard.press('Tab')
  await valueIs(page, wanted.name)
  await page.keyboard.press('Shift+Tab')
  // The list has the chosen clinic as its current option; the first letter changes that.
  await page.locator('[role=option][aria-selected=true]', { hasText: wanted.name }).waitFor()
  for (const letter of 'harb') {
    await page.keyboard.type(letter)
    await page.evaluate('new Promise(requestAnimationFrame)')
  }
  await page.getByRole('option', { name: 'Harbour Family Health' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await valueIs(page, wanted.name)
  await itsTimes(page)
  // Choosing a doctor of another clinic also chooses that clinic.
  await field.focus()
  await page.keyboard.press('Delete')
  await page.waitForURL(pages.url)
  // While a list is open, the rest of the page is hidden from screen readers.
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'Doctor' }).fill('vogel katarina')
  await page.getByRole('option', { name: /Vogel/ }).click()
  await valueIs(page, 'Riverside Medical Centre')
})

test('text typed before the combobox is loaded stays, with its cursor and the height of the field', async () => {
  const page = await pages.visitor()
  const arrive = Promise.withResolvers<void>()
  const know = Promise.withResolvers<void>()
  await page.route(/search_box/, (route) => arrive.promise.then(() => route.fallback()))
  await page.route(/graphql/, (route) =>
    route.request().postData()?.includes('WhatAndWhere') ? know.promise.then(() => route.fallback()) : route.continue(),
  )
  await openFrontPage(page, pages.url)
  // In the list, before it is known that it becomes a combobox.
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
