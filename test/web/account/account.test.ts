import { decodeJwt, SignJWT } from 'jose'
import type { Page } from 'playwright-core'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { emailAddressTexts } from '../../../src/web/text/patient/email_address.ts'
import { mergeTexts } from '../../../src/web/text/patient/merge.ts'
import { ownAccountsTexts } from '../../../src/web/text/patient/own_accounts.ts'
import { accountTexts } from '../../../src/web/text/shared/account.ts'
import { axeViolations, demoPassword, hasValue, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { tokenSettings } from '../../helpers/programs/tokens.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ env: { JWT_SECRET: tokenSettings.jwtSecret } })

test('a patient edits her contact data and her preferences for messages', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  await page.getByRole('link', { name: 'Profile' }).click()
  await page.getByLabel('Full name').fill('Ann Miller-Smith')
  await page.getByLabel('Phone').fill('+49 1512 3456789')
  await page.getByLabel('Language', { exact: true }).selectOption({ label: 'Deutsch' })
  await page.getByLabel('Send confirmations and reminders').selectOption({ label: 'By text message' })
  await page.getByLabel('Remind me of my appointments').uncheck()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  expect(
    await pages.owner.one(
      `select full_name, phone, preferred_language, preferred_channel, wants_reminders
       from app_public.customers where email = 'ann@medislot.example'`,
    ),
  ).toEqual({
    full_name: 'Ann Miller-Smith',
    phone: '+49 1512 3456789',
    preferred_language: 'de',
    preferred_channel: 'sms',
    wants_reminders: false,
  })

  // And changed back, without a reload of the page.
  await page.getByLabel('Phone').fill('')
  // Refused while text messages go to this number: the error is shown at the field, which gets the focus.
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Please fill this in').waitFor()
  await page.locator('[name=phone][aria-invalid=true]:focus').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByLabel('Send confirmations and reminders').selectOption({ label: 'By e-mail' })
  await page.getByLabel('Language', { exact: true }).selectOption({ label: 'As the clinic prefers' })
  await page.getByLabel('Remind me of my appointments').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => {
    const { phone, preferred_language, wants_reminders } = await pages.owner.one(
      `select phone, preferred_language, wants_reminders from app_public.customers where email = 'ann@medislot.example'`,
    )
    return phone === null && preferred_language === null && wants_reminders
  }, 'the profile is as it was')
})

test('a patient who changes her password stays signed in on this device', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'bob', '/profile')
  const change = async (current: string, fresh: string) => {
    await page.getByLabel('Current password').fill(current)
    await page.getByLabel('New password').fill(fresh)
    await page.getByRole('button', { name: 'Change password' }).click()
  }
  await change('not his password', 'another fine password')
  await page.getByText('This is not your current password.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await change(demoPassword, 'short')
  await page.getByText('Enter at least 10 characters').waitFor()
  await change(demoPassword, 'another fine password')
  await page.getByText('You have been signed out on all other devices').waitFor()
  await page.reload()
  await page.getByLabel('Current password').waitFor()
  await change('another fine password', demoPassword)
  await page.getByText('You have been signed out on all other devices').waitFor()
})

test('a reload during the refresh of a token does not sign the patient out', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  pages.allowErrors(/ERR_FAILED/)
  // The server has refreshed the token, but its response, with the new cookie, never arrives.
  await page.route('**/web/session/refresh', async (route) => {
    const cookies = await page.context().cookies(`${pages.url}/web/session`)
    const answer = await fetch(`${pages.url}/web/session/refresh`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-medislot-web': '1',
        cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      },
      body: '{}',
    })
    expect(answer.headers.get('set-cookie')).toContain('medislot-session=')
    await route.abort()
  })
  await page.reload()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  await page.unroute('**/web/session/refresh')
  await page.reload()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
})

test('a request with a token that expired by the server’s clock alone succeeds with a new token', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  pages.allowErrors(/status of 401/)
  const refused = page.waitForResponse((response) => response.status() === 401)
  let wasRefused = false
  page.on('response', (response) => {
    wasRefused ||= response.status() === 401
  })
  // A device with a slow clock sends an expired token. Until one is refused: the page that is left may abort its request.
  await page.route('**/graphql', async (route) => {
    const { authorization } = route.request().headers()
    if (wasRefused || !authorization) return route.fallback()
    const { sub = '', sid } = decodeJwt(authorization.replace('Bearer ', ''))
    const claims = new SignJWT({ sub, sid, iss: 'medislot', aud: 'medislot' })
    const token = await claims
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('-1s')
      .sign(Buffer.from(tokenSettings.jwtSecret))
    await route.fallback({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } })
  })
  await page.getByRole('link', { name: 'Profile' }).click()
  expect((await refused).url()).toContain('/graphql')
  await hasValue(page.getByLabel('Full name'), 'Ann Miller-Smith')
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
})

test('earlier bookings are shown page by page', async () => {
  const { id: customer } = await pages.owner.one(
    `select id from app_public.customers where email = 'ann@medislot.example'`,
  )
  await pages.owner.query('select app_private.ensure_clinic_customer(2, c) from app_public.customers c where id = $1', [
    customer,
  ])
  await pages.owner.query(
    `with slot as (
       insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select d.clinic_id, d.id, ts.id, day.day, tstzrange(day.noon, day.noon + interval '20 minutes')
       from (select d.* from app_public.doctors d where d.clinic_id = 2 and d.is_active order by d.id limit 1) d
       cross join (select ts.* from app_public.time_slots ts where ts.clinic_id = 2 order by ts.id limit 1) ts
       join app_public.clinics c on c.id = d.clinic_id
       cross join lateral (
         select current_date - n as day, (current_date - n + time '12:00') at time zone c.time_zone as noon
         from generate_series(401, 430) n) day
       returning *)
     insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, cancelled_at, cancelled_by)
     select clinic_id, id, $1, doctor_id, slot_date, during, 'cancelled', now(), 'customer' from slot`,
    [customer],
  )
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  const rows = page.locator('.booking-row')
  await rows.nth(19).waitFor()
  expect(await rows.count()).toBe(20)
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Show earlier ones' }).click()
  await rows.nth(29).waitFor()
  expect(await rows.count()).toBe(30)
  const addresses = await Promise.all((await rows.all()).map((row) => row.getAttribute('href')))
  expect(new Set(addresses).size).toBe(30)
  expect(await page.getByRole('button', { name: 'Show earlier ones' }).count()).toBe(0)
})

test('the time left of a hold is announced to screen readers at its start, near its end and at its end', async () => {
  const page = await pages.visitor()
  await page.clock.install()
  await signInAs(page, pages.url, 'bob', '/?clinic=3')
  await page.locator('a.time').last().click()
  const status = page.locator('.countdown [role=status]')
  await page.getByText(/^Reserved for you: /).waitFor()
  expect(await status.textContent()).toBe('This time is reserved for you.')
  await page.clock.fastForward('04:00')
  await page.getByText(/^Reserved for you: [56]:/).waitFor()
  expect(await status.textContent()).toBe('This time is reserved for you.')
  await page.clock.fastForward('02:00')
  await status.getByText('Reserved for less than 5 more minutes.').waitFor()
  await page.clock.fastForward('03:10')
  await status.getByText('Reserved for less than 1 more minute.').waitFor()
  await page.clock.fastForward('01:00')
  await status.getByText('This time is no longer reserved for you.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Reserve it again' }).click()
  await page.getByText(/^Reserved for you: /).waitFor()
})

test('a printed booking contains only the booking', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'bob', '/?clinic=3')
  await page.locator('a.time').last().click()
  await page.getByRole('button', { name: 'Book', exact: true }).click()
  await page.getByRole('button', { name: 'Print' }).waitFor()
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.visit').isVisible()).toBe(true)
  for (const hidden of ['.top-bar', '.back-link', '.actions']) {
    expect(await page.locator(hidden).isVisible()).toBe(false)
  }
})

test('a patient who forgot her password sets a new one by a link in an e-mail', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/sign-in`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail').fill('ann@medislot.example')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('Check your inbox').waitFor()
  expect(await axeViolations(page)).toEqual([])

  const { body } = await pages.owner.one<{ body: string }>(
    `select mail.body from app_private.account_messages m, app_private.account_message_of(m.id, $1) mail
     where m.address = 'ann@medislot.example' and m.kind = 'password_reset'`,
    [pages.url],
  )
  const link = /http\S+reset-password#token=\S+/.exec(body)?.[0] ?? ''
  const mailed = await pages.visitor()
  await mailed.goto(link)
  await mailed.getByLabel('New password').fill('a password to remember')
  // The token is neither in the address nor in the history.
  expect(new URL(mailed.url()).hash).toBe('')
  expect(await axeViolations(mailed)).toEqual([])
  await mailed.getByRole('button', { name: 'Save password' }).click()
  await mailed.getByText('Sign in with your new password.').waitFor()
  await mailed.getByLabel('E-mail').fill('ann@medislot.example')
  await mailed.getByLabel('Password').fill('a password to remember')
  await mailed.getByRole('button', { name: 'Sign in' }).click()
  await mailed.getByRole('heading', { name: 'My bookings' }).waitFor()

  // The link works only once.
  const again = await pages.visitor()
  await again.goto(link)
  await again.getByLabel('New password').fill('a password of a thief')
  await again.getByRole('button', { name: 'Save password' }).click()
  await again.getByText('This link is no longer valid.').waitFor()
  expect(await axeViolations(again)).toEqual([])
})

/** The link of the last mail of this kind to an address, as the job would send it. */
async function mailedLink(address: string, kind: string) {
  const { body } = await pages.owner.one<{ body: string }>(
    `select mail.body from app_private.account_messages m, app_private.account_message_of(m.id, $1) mail
     where m.id = (select max(id) from app_private.account_messages where address = $2 and kind = $3)`,
    [pages.url, address, kind],
  )
  return /http\S+#token=\S+/.exec(body)?.[0] ?? ''
}

const readers = [
  { language: 'en', where: 'on a desktop', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { language: 'de', where: 'on a phone', options: { locale: 'de-DE', viewport: { width: 360, height: 740 } } },
] as const

/** Asserts that axe finds no violation, and that nothing is wider than the screen. */
async function expectRight(page: Page) {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
}

test.each(readers)(
  'a new patient confirms her address by the mailed link, and changes it: $where, in $language',
  async ({ language, options }) => {
    const [t, account] = [emailAddressTexts[language], accountTexts[language]]
    const [address, newAddress] = [`nina-${language}@web.example`, `nina-${language}.new@web.example`]
    const page = await pages.visitor(options)
    await page.goto(`${pages.url}/sign-in`)
    await page.getByText(account.newHere).click()
    await page.getByLabel(account.name).fill('Nina New')
    await page.getByLabel(account.email).fill(address)
    await page.getByLabel(account.password).fill('long enough for this')
    await page.getByRole('button', { name: account.register }).click()
    await page.getByText(t.notice).waitFor()
    await expectRight(page)
    await page.getByRole('button', { name: t.resend }).click()
    await page.getByText(t.resent).waitFor()

    // Somebody else who opens the link, or a scanner, confirms nothing.
    const link = await mailedLink(address, 'email_confirmation')
    const stranger = await pages.visitor(options)
    await stranger.goto(link)
    await stranger.getByText(t.signIn).waitFor()
    await expectRight(stranger)
    const isConfirmed = async () =>
      (
        await pages.owner.one(
          'select email_verified_at is not null as yes from app_private.accounts where email = $1',
          [address],
        )
      ).yes
    expect(await isConfirmed()).toBe(false)

    await page.goto(link)
    await page.getByText(t.isYours(address)).waitFor()
    expect(new URL(page.url()).hash).toBe('')
    await expectRight(page)
    await page.getByRole('button', { name: t.confirm }).click()
    await page.getByText(t.confirmed(address)).waitFor()
    await expectRight(page)
    expect(await isConfirmed()).toBe(true)
    await page.locator('#content').getByRole('link', { name: t.toBookings }).click()
    await page.getByRole('heading', { name: bookingsTexts[language].title }).waitFor()
    expect(await page.getByText(t.notice).count()).toBe(0)

    await page.goto(`${pages.url}/profile`)
    await page.getByLabel(t.fresh).fill(newAddress)
    await page.getByLabel(t.password).fill('long enough for this')
    await page.getByRole('button', { name: t.change }).click()
    await page.getByText(t.sent(newAddress)).waitFor()
    await expectRight(page)
    await page.goto(await mailedLink(newAddress, 'email_change'))
    await page.getByRole('button', { name: t.confirm }).click()
    await page.getByText(t.confirmed(newAddress)).waitFor()

    // The link was used, so it is not valid any more.
    await page.goto(`${pages.url}/bookings`)
    await page.goto(link)
    await page.getByRole('button', { name: t.confirm }).click()
    await page.getByText(t.invalid).waitFor()
    await expectRight(page)
  },
)

/**
 * A patient with a confirmed address and a visit, who signs in with the password of the demo. The demo has times for a
 * bit more than eleven days.
 */
async function aConfirmedPatient(name: string, email: string, daysAhead: number) {
  const { account_id } = await pages.owner.one(`select account_id from app_public.register_customer($1, $2, $3)`, [
    email,
    demoPassword,
    name,
  ])
  await pages.owner.query('select app_private.record_confirmation($1)', [account_id])
  await pages.owner.one(
    `select b.id from app_public.customers c,
       lateral (select * from app_public.available_slots(1, from_time => now() + make_interval(days => $2)) limit 1) s,
       lateral app_public.book_slot(1, s.booking_slot_id, c.id) b
     where c.account_id = $1`,
    [account_id, daysAhead],
  )
}

test.each(readers)(
  'a patient puts two accounts together by a mailed link, and separates them again, in $language',
  async ({ language, options }) => {
    const [t, merge] = [ownAccountsTexts[language], mergeTexts[language]]
    const [own, other] = [`paula-${language}@medislot.example`, `pia-${language}@medislot.example`]
    await aConfirmedPatient(`Paula ${language}`, own, 3)
    await aConfirmedPatient(`Pia ${language}`, other, 6)
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, `paula-${language}`, '/profile')
    await page.getByLabel(t.address).fill(other)
    await page.getByLabel(t.password).fill('not the password')
    await page.getByRole('button', { name: t.ask }).click()
    await page.getByText(t.wrong).waitFor()
    await page.getByLabel(t.password).fill(demoPassword)
    await page.getByRole('button', { name: t.ask }).click()
    await page.getByText(t.asked(other)).waitFor()
    await expectRight(page)

    await page.goto(await mailedLink(other, 'account_merge'))
    await page.getByText(merge.pageLead).waitFor()
    expect(new URL(page.url()).hash).toBe('')
    await expectRight(page)
    await page.getByRole('button', { name: merge.confirm }).click()
    await page.getByText(merge.done).waitFor()
    await expectRight(page)
    await page.locator('#content').getByRole('link', { name: merge.toBookings }).click()
    await page.locator('.booking-row').nth(1).waitFor()

    await page.goto(`${pages.url}/profile`)
    await page.getByText(t.together).waitFor()
    await expectRight(page)
    await page.getByRole('button', { name: t.separateOf(`Pia ${language}`, t.bases.ACCOUNTS) }).click()
    await page.getByText(t.together).waitFor({ state: 'detached' })
    await page.goto(`${pages.url}/bookings`)
    await page.locator('.booking-row').first().waitFor()
    expect(await page.locator('.booking-row').count()).toBe(1)
  },
)

test('a patient downloads her data and has them erased', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/sign-in`)
  await page.getByText('I am new here').click()
  await page.getByLabel('Full name').fill('Vera Gone')
  await page.getByLabel('E-mail').fill('vera@web.example')
  await page.getByLabel('Password').fill('long enough for this')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('link', { name: 'Profile' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download my data' }).click(),
  ])
  expect(await new Response((await file.createReadStream()) as never).text()).toContain('Vera Gone')

  await page.getByRole('button', { name: 'Erase my account' }).click()
  await page.getByRole('dialog').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  expect(await pages.owner.query(`select from app_public.customers where full_name = 'Vera Gone'`)).toEqual([])
})
