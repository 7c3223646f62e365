import { pagesForTests } from '../../helpers/browser/browser.ts'
import { explainFailure } from '../../helpers/browser/explain_failure.ts'

const pages = pagesForTests({ shared: true })

test('the error of a failed test says where its page is, what was clicked there and what the page shows', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/sign-in`)
  await page.getByRole('heading', { level: 1 }).click()
  await pages.visitor()
  const error = new Error('the message\nof two lines')
  await explainFailure(error)
  const [before = '', sites] = (error.stack as string).split(/(\n +at [\s\S]*)/)
  expect(before).toMatch(/^Error: the message\nof two lines\n\nPage http:.*\/sign-in\n/)
  expect(before).toMatch(
    /^pointerdown on \d+,\d+: Sign in <h1 .*\nclick on \d+,\d+: Sign in <h1 .*\nthere now: Sign in <h1 /m,
  )
  expect(before).toMatch(/^ *- textbox "E-mail"/m)
  expect(before).toContain('Page about:blank\nnothing has been opened in it\n')
  expect(sites).toContain('failed_test.test.ts')
  // Jest's environment finds it there when a test or a hook fails.
  expect(globalThis).toMatchObject({ explainFailure })
})
