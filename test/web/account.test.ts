import { decodeJwt, SignJWT } from 'jose'
import { axeViolations, demoPassword, hasValue, pagesForTests, signInAs } from '../helpers/browser.ts'
import { eventually } from '../helpers/eventually.ts'
import { tokenSettings } from '../helpers/tokens.ts'

const pages = pagesForTests({ env: { JWT_SECRET: tokenSettings.jwtSecret } })

test('a patient changes what clinics know of her, and how they write to her', async () => {
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

  // And back again, without loading the page anew.
  await page.getByLabel('Phone').fill('')
  // Not while text messages go to it: said at the field, which has the focus.
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Please fill this in').waitFor()
  expect(await page.getByLabel('Phone').getAttribute('aria-invalid')).toBe('true')
  expect(await page.locator(':focus').getAttribute('name')).toBe('phone')
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

test('a patient changes her password, and stays signed in here', async () => {
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

test('a reload in the middle of a refresh signs nobody out', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  // The server has done its part; the answer, with the next cookie in it, never arrives.
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
  // The browser itself reports what it could not load.
  expect(pages.faults.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')])
})

test('an access token that expired before the device noticed is replaced, and what was asked is answered', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  let wasSent = false
  // What a device whose clock is slow sends: its token, past its end.
  await page.route('**/graphql', async (route) => {
    const { authorization } = route.request().headers()
    if (wasSent || !authorization) return route.continue()
    wasSent = true
    const { sub = '', sid } = decodeJwt(authorization.replace('Bearer ', ''))
    const claims = new SignJWT({ sub, sid, iss: 'medislot', aud: 'medislot' })
    const token = await claims
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('-1s')
      .sign(Buffer.from(tokenSettings.jwtSecret))
    await route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } })
  })
  await page.getByRole('link', { name: 'Profile' }).click()
  await hasValue(page.getByLabel('Full name'), 'Ann Miller-Smith')
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  // The browser itself reports the refusal.
  expect(pages.faults.splice(0)).toEqual([expect.stringContaining('status of 401')])
})

test('what was long ago is shown when it is asked for', async () => {
  const { id: customer } = await pages.owner.one(
    `select id from app_public.customers where email = 'ann@medislot.example'`,
  )
  await pages.owner.query('select app_private.keep_clinic_customer(2, c) from app_public.customers c where id = $1', [
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

test('a screen reader hears of the time left at the beginning, when it gets short, and at the end', async () => {
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

test('a booking on paper is the booking alone', async () => {
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

test('who forgot her password chooses a new one by a link that is mailed to her', async () => {
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
  // Nobody who looks over her shoulder, or into the history, finds it.
  expect(new URL(mailed.url()).hash).toBe('')
  expect(await axeViolations(mailed)).toEqual([])
  await mailed.getByRole('button', { name: 'Save password' }).click()
  await mailed.getByText('Sign in with your new password.').waitFor()
  await mailed.getByLabel('E-mail').fill('ann@medislot.example')
  await mailed.getByLabel('Password').fill('a password to remember')
  await mailed.getByRole('button', { name: 'Sign in' }).click()
  await mailed.getByRole('heading', { name: 'My bookings' }).waitFor()

  // It works once.
  const again = await pages.visitor()
  await again.goto(link)
  await again.getByLabel('New password').fill('a password of a thief')
  await again.getByRole('button', { name: 'Save password' }).click()
  await again.getByText('This link is no longer valid.').waitFor()
  expect(await axeViolations(again)).toEqual([])
})

test('a patient takes her data along, and has them erased', async () => {
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
