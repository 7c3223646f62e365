import type { Page } from 'playwright-core'
import { axeViolations, clickWhileLoading, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aClinic, aDoctor, aTemplate, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true })

/** A clinic of the demo's manager with a doctor, four time slots and an empty plan. */
async function aPlan() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
  for (const hour of ['08', '09', '10', '11']) await aTimeSlot(pages.owner, clinicId, `${hour}:00`, `${hour}:30`)
  const { full_name: doctor } = await pages.owner.one<{ full_name: string }>(
    'select full_name from app_public.doctors where id = $1',
    [doctorId],
  )
  /** How many time slots are planned, from Monday to Sunday. */
  const planned = async () => {
    const rows = await pages.owner.query<{ n: number }>(
      `select count(t.id)::int as n from generate_series(1, 7) day
       left join app_public.doctor_slot_templates t on t.clinic_id = $1 and t.weekday = day
       group by day order by day`,
      [clinicId],
    )
    return rows.map(({ n }) => n).join(' ')
  }
  return { clinicId, doctorId, doctor, planned }
}

async function planPage(clinicId: string, options?: Parameters<typeof pages.visitor>[0]): Promise<Page> {
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/templates`)
  await page.locator('.week-grid').waitFor()
  return page
}

/**
 * Keeps the page's changes of a plan from reaching the server until release() is called; after fail() they do not
 * reach it at all.
 */
async function holdBack(page: Page): Promise<{ release(): void; fail(): void }> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let fails = false
  clickWhileLoading(page)
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('changeWeeklyPlan')) return route.fallback()
    const lost = fails
    await promise
    return lost ? route.abort() : route.fallback()
  })
  return {
    release: resolve,
    fail: () => {
      fails = true
    },
  }
}

const header = (page: Page, column: number) => page.locator(`[data-place="-1 ${column}"]`)
const pressedHeaders = (page: Page) => page.locator('.week-grid thead [aria-pressed=true]')
const status = (page: Page) => page.locator('.week-foot [role=status]')
const reduced = { reducedMotion: 'reduce' } as const

const english = {
  saving: 'Saving 5 changes …',
  saved: 'Existing slots are updated a minute after the last change, or now:',
  notChanged: (doctor: string) =>
    `Not changed: Wednesday of ${doctor}. ${doctor} cannot be in two places at once: Wednesday 8:15–8:45 is already in the plan.`,
  marked: /^Wednesday, .*, not changed$/,
  stay: 'Stay',
  dismiss: 'Close',
}
const german: typeof english = {
  saving: '5 Änderungen werden gespeichert …',
  saved: 'Bestehende Termine werden eine Minute nach der letzten Änderung angepasst, oder sofort:',
  notChanged: (doctor) =>
    `Nicht geändert: Mittwoch, ${doctor}. ${doctor} kann nicht an zwei Orten zugleich sein: Mittwoch 8:15–8:45 steht schon im Plan.`,
  marked: /^Mittwoch, .*, nicht geändert$/,
  stay: 'Bleiben',
  dismiss: 'Schließen',
}

describe.each([
  ['on a desktop, in English', { ...reduced }, english],
  ['on a phone, in German', { ...reduced, viewport: { width: 390, height: 844 }, locale: 'de-DE' }, german],
])('%s', (_case, options, t) => {
  test('clicking Monday to Friday without pauses sets all five days, and shows them as being saved', async () => {
    const { clinicId, planned } = await aPlan()
    const page = await planPage(clinicId, options)
    const { release } = await holdBack(page)
    // All clicks are in one task of the browser, so not even the first change can have been sent.
    await page.evaluate(
      `for (const n of [0, 1, 2, 3, 4]) document.querySelector('[data-place="-1 ' + n + '"]').click()`,
    )
    await page.getByText(t.saving, { exact: true }).waitFor()
    expect(await pressedHeaders(page).count()).toBe(5)
    expect(await page.locator('.week-cell.waiting').count()).toBe(20)
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)

    // Leaving the page with unsaved changes asks for confirmation.
    await page.locator(`a[href="/manage/${clinicId}/staff"]`).click()
    await page.getByRole('dialog').getByRole('button', { name: t.stay }).click()

    release()
    await page.getByText(t.saved, { exact: true }).waitFor()
    expect(await planned()).toBe('4 4 4 4 4 0 0')
    expect(await pressedHeaders(page).count()).toBe(5)
    expect(await page.locator('.week-cell.waiting').count()).toBe(0)
    await page.reload()
    await eventually(async () => (await pressedHeaders(page).count()) === 5, 'the stored plan to be shown')
  })

  test('a day that is refused is undone, marked and explained; the days clicked after it are set', async () => {
    const { clinicId, doctorId, doctor, planned } = await aPlan()
    // No longer offered, but still in the plan.
    const across = await aTimeSlot(pages.owner, clinicId, '08:15', '08:45')
    await pages.owner.query('update app_public.time_slots set is_active = false where id = $1', [across])
    await aTemplate(pages.owner, clinicId, doctorId, across, 3)
    const page = await planPage(clinicId, options)
    for (const column of [0, 1, 2, 3, 4]) await header(page, column).click()
    await page.locator('[role=alert]').getByText(t.notChanged(doctor), { exact: true }).waitFor()
    await eventually(async () => (await status(page).textContent()) === t.saved, 'all changes to be answered')
    expect(await planned()).toBe('4 4 1 4 4 0 0')
    expect(await pressedHeaders(page).count()).toBe(4)
    expect(await page.locator('.week-cell.refused').count()).toBe(4)
    expect(await page.getByRole('button', { name: t.marked, pressed: false }).count()).toBe(4)
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('button', { name: t.dismiss }).click()
    await page.locator('.week-cell.refused').first().waitFor({ state: 'detached' })
    expect(await page.locator('.week-said').textContent()).toBe('')
  })
})

test('days are set by keyboard, and unset again before the first response', async () => {
  const { clinicId, planned } = await aPlan()
  const page = await planPage(clinicId, reduced)
  const { release } = await holdBack(page)
  await header(page, 0).focus()
  for (let column = 0; column < 5; column++) {
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
  }
  // Friday again, and the first time slot of Thursday.
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('Saving 7 changes …').waitFor()
  expect(await pressedHeaders(page).count()).toBe(3)
  release()
  await page.getByText(english.saved, { exact: true }).waitFor()
  expect(await planned()).toBe('4 4 4 3 0 0 0')
})

test('a change is undone when the server cannot be reached, and the plan of another doctor is not mixed in', async () => {
  const { clinicId, doctor, planned } = await aPlan()
  const other = await aDoctor(pages.owner, clinicId)
  const page = await planPage(clinicId, reduced)
  pages.allowErrors(/ERR_FAILED/)
  const { release, fail } = await holdBack(page)
  await header(page, 0).click()
  await page.getByLabel('Doctor', { exact: true }).selectOption(other)
  await eventually(async () => (await pressedHeaders(page).count()) === 0, 'the plan of the other doctor is shown')
  fail()
  release()
  await eventually(async () => (await planned()) === '4 0 0 0 0 0 0', 'the first doctor’s Monday to be stored')
  await header(page, 1).click()
  await page.locator('.week-cell.refused').nth(3).waitFor()
  expect(await pressedHeaders(page).count()).toBe(0)
  expect(await page.locator('.week-said').textContent()).toMatch(/^Not changed: Tuesday of .*cannot be reached/)
  await page.getByLabel('Doctor', { exact: true }).selectOption({ label: doctor })
  await eventually(async () => (await pressedHeaders(page).count()) === 1, 'the first doctor’s Monday to be shown')
})

test('time slots are reserved for a service, and for all services again, by day and by cell', async () => {
  const { clinicId, doctorId } = await aPlan()
  const name = 'Vaccination'
  const serviceId = await aService(pages.owner, clinicId, { doctors: [doctorId], name })
  /** For which services each weekday is planned. */
  const reserved = () =>
    pages.owner.query(
      `select weekday, count(*)::int as slots, service_id from app_public.doctor_slot_templates
       where clinic_id = $1 group by weekday, service_id order by weekday, service_id nulls first`,
      [clinicId],
    )
  const page = await planPage(clinicId, reduced)
  const stored = () => page.getByText(english.saved, { exact: true }).waitFor()
  await header(page, 0).click()
  await page.getByLabel('Reserved for').selectOption({ label: name })
  await header(page, 1).click()
  // Monday was planned for all services: its first time slot is reserved, and stays in the plan.
  await page.locator('[data-place="0 0"]').click()
  await page.getByRole('button', { name: /^Monday, 0?8:00.*, Vaccination$/, pressed: true }).waitFor()
  await stored()
  expect(await axeViolations(page)).toEqual([])
  expect(await reserved()).toEqual([
    { weekday: 1, slots: 3, service_id: null },
    { weekday: 1, slots: 1, service_id: serviceId },
    { weekday: 2, slots: 4, service_id: serviceId },
  ])

  // What is reserved for the chosen service is taken out by a click, and reserved otherwise by another choice.
  await page.locator('[data-place="0 0"]').click()
  await page.getByLabel('Reserved for').selectOption('')
  await header(page, 1).click()
  await eventually(
    async () =>
      JSON.stringify(await reserved()) ===
      JSON.stringify([
        { weekday: 1, slots: 3, service_id: null },
        { weekday: 2, slots: 4, service_id: null },
      ]),
    'Tuesday to be for all services',
  )
  expect(await page.locator('.week-cell[aria-pressed=true]').count()).toBe(7)
})
