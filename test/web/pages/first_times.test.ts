import { axeViolations, pagesForTests } from '../../helpers/browser/browser.ts'
import { aClinic, aDoctor, aSlot } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// With the times that the server keeps for a while.
const pages = pagesForTests({ env: {} })
const phone = { viewport: { width: 390, height: 844 } }

const frontPage = async (language: string, query = '') =>
  (await fetch(`${pages.url}/${query}`, { headers: { 'accept-language': language } })).text()

// Riverside is in Berlin, Harbour in New York, Lagoon on Lord Howe Island, whose day begins first.
test.each([
  ['de-DE', 'Riverside Medical Centre', /class="time" href="[^"]+">\d?\d:\d\d</],
  ['en-US', 'Harbour Family Health', /class="time" href="[^"]+">\d?\d:\d\d [AP]M</],
  ['en-AU', 'Lagoon Island Clinic', /class="time"/],
])('the HTML has the first free times of the clinics near the reader: %s', async (language, clinic, time) => {
  const html = await frontPage(language)
  expect(html).toMatch(time)
  expect(new Set([...html.matchAll(/<p class="where">([^<]*)</g)].map(([, name]) => name))).toEqual(new Set([clinic]))
})

test('the HTML of a search has no times, because the script requests others', async () => {
  expect(await frontPage('en', '?clinic=2')).not.toContain('class="time"')
})

test('the HTML has no times for a browser that has just changed something, because the known times may lack that', async () => {
  const headers = { 'accept-language': 'en', cookie: 'medislot-position=0' }
  expect(await (await fetch(`${pages.url}/`, { headers })).text()).not.toContain('class="time"')
})

test('names in the HTML are text, whatever characters they have', async () => {
  const clinicId = await aClinic(pages.owner, 'Asia/Kathmandu')
  const doctorId = await aDoctor(pages.owner, clinicId)
  await pages.owner.query('update app_public.doctors set full_name = $2 where id = $1', [
    doctorId,
    `<i>"Ann" & 'Bo'</i>`,
  ])
  await aSlot(pages.owner, clinicId, doctorId, 1)
  const html = await frontPage('en-NP')
  expect(html).toContain('Ann')
  expect(html).not.toContain('<i>')
  const page = await pages.visitor({ ...phone, locale: 'en-NP', javaScriptEnabled: false })
  await page.goto(pages.url)
  await page.getByRole('heading', { name: `<i>"Ann" & 'Bo'</i>` }).waitFor()
})

test.each(['en-GB', 'de-DE'])(
  'the first times are shown before the script, lead on, and stay in place when the script takes over: %s',
  async (locale) => {
    const page = await pages.visitor({ ...phone, locale })
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/assets/*.js', async (route) => {
      await promise
      await route.fallback()
    })
    const answers = Promise.withResolvers<void>()
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('availableSlots')) await answers.promise
      await route.fallback()
    })
    await page.goto(pages.url, { waitUntil: 'commit' })
    const first = page.locator('a.time').first()
    await first.waitFor()
    // What a reader sees: before the first paint the styles may be missing.
    await page.waitForFunction(() => performance.getEntriesByName('first-paint').length > 0)
    const place = async () => (await first.boundingBox())?.y ?? 0
    const before = await place()
    expect(before).toBeGreaterThan(0)
    const address = await first.getAttribute('href')
    const text = (await first.textContent())?.trim()

    // The script has started, but has no list yet.
    resolve()
    await page.getByRole('combobox').first().waitFor()
    await first.waitFor()
    expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1)
    expect(await axeViolations(page)).toEqual([])
    // The list of the script has replaced the first times.
    answers.resolve()
    await page.locator('#first-times').waitFor({ state: 'detached' })
    await first.waitFor()
    expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1)
    if (locale === 'de-DE') {
      expect((await first.textContent())?.trim().startsWith(text as string)).toBe(true)
      expect((await first.getAttribute('href'))?.split('?')[0]).toBe(address?.split('?')[0])
    }
  },
)

test('a reader without scripts reaches the page of a time', async () => {
  const html = await frontPage('de-DE')
  const address = /<a class="time" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#38;', '&') ?? ''
  const page = await pages.visitor({ ...phone, locale: 'de-DE' })
  await page.goto(pages.url + address)
  await page.locator('.visit-time').waitFor()
})

test('times that were taken leave the HTML within seconds', async () => {
  const taken = /<a class="time" href="\/book\/\d+\/(\d+)/.exec(await frontPage('en-US'))?.[1]
  await pages.owner.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [taken])
  await eventually(async () => !(await frontPage('en-US')).includes(`/${taken}?`), 'the time to be gone')
})
