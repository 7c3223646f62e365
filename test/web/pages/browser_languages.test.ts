import { openFrontPage, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'

// Some browsers have their language from the system, and give a tag that Intl refuses with a RangeError.

const pages = pagesForTests({ shared: true })

test.each([
  ['en-US@posix', 'en', 'Absences', /^\d?\d:\d\d\s[AP]M\s*,/],
  ['en_US.UTF-8', 'en', 'Absences', /^\d?\d:\d\d\s[AP]M\s*,/],
  ['de-DE@euro', 'de', 'Abwesenheiten', /^\d?\d:\d\d\s*,/],
  ['de-D', 'de', 'Abwesenheiten', /^\d?\d:\d\d\s*,/],
  ['C', 'en', 'Absences', /^\d?\d:\d\d\s*,/],
])('the pages are shown in a browser whose language is %s', async (tag, language, title, time) => {
  const page = await pages.visitor({ extraHTTPHeaders: { 'accept-language': tag } })
  await page.addInitScript(`
    Object.defineProperty(navigator, 'language', { get: () => ${JSON.stringify(tag)} })
    Object.defineProperty(navigator, 'languages', { get: () => [${JSON.stringify(tag)}] })
  `)
  await openFrontPage(page, pages.url)
  expect(await page.evaluate('[navigator.language, document.documentElement.lang]')).toEqual([tag, language])
  expect(await page.locator('a.time').first().textContent()).toMatch(time)
  // The calendar of the month is React Aria's.
  await page.getByRole('button', { name: /^(Other day|Anderer Tag)$/ }).click()
  await page.getByRole('grid').waitFor()

  await signInAs(page, pages.url, 'riverside', '/desk/1/absences')
  await page.getByRole('heading', { name: title, exact: true }).waitFor()
  await page.locator('.year th[scope=row]').first().waitFor()
  await page.getByRole('button', { name: /^(Add an absence|Abwesenheit eintragen)$/ }).click()
  await page.getByRole('dialog').getByRole('spinbutton').first().waitFor()
})
