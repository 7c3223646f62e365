import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { chromiumOptions } from '../../test/helpers/browser/browser_options.ts'
import { startProgram } from '../../test/helpers/programs/program.ts'
import { eventually } from '../../test/helpers/time/eventually.ts'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Measured, measured } from '../measure/compare.ts'
import { inFolder } from '../measure/folder.ts'

export const benchmark: Benchmark = {
  name: 'paint',
  work: 'front page in a new browser on a slow phone (400 kbit/s, 400 ms latency, a quarter of the processor), seconds',
  seconds: { quick: 25, usual: 90, full: 180 },
  run,
}

const loads = { quick: 1, usual: 5, full: 15 }
const bytesPerSecond = 400_000 / 8

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const figures: Record<string, number[]> = { heading: [], 'first free times': [], 'list of the script': [] }
  await inFolder(async (folder) => {
    const program = await startProgram('main', { env: { LOG_LEVEL: 'warn', MEDISLOT_DATA_DIR: join(folder, 'data') } })
    const browser = await chromium.launch(await chromiumOptions())
    try {
      // The first load warms the server up.
      for (let i = 0; i <= loads[scale]; i++) {
        progress(i === 0 ? 'warming up' : `load ${i} of ${loads[scale]}`)
        const shown = await load(browser, program.url)
        if (i > 0) for (const [name, ms] of Object.entries(shown)) figures[name]?.push(ms / 1000)
      }
    } finally {
      await browser.close()
      await program.stop()
    }
  })
  return Object.entries(figures).map(([name, seconds]) => ({ group: 'until shown', ...measured(name, 's', seconds) }))
}

/** Loads the front page with an empty cache. Returns when its parts were shown, in milliseconds after the request. */
async function load(browser: Browser, url: string): Promise<Record<string, number>> {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  try {
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    })
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    // Once the styles have loaded, an element in the document is visible in the next frame.
    await page.addInitScript(`
      window.shown = {}
      const look = () => {
        const ready = performance.getEntriesByName('first-contentful-paint').length > 0
        const list = document.querySelector('a.time') && !document.querySelector('#first-times')
        for (const [name, is] of Object.entries({
          heading: document.querySelector('h1'), 'first free times': document.querySelector('a.time'), 'list of the script': list,
        })) if (ready && is) window.shown[name] ??= performance.now()
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    `)
    await page.goto(url, { timeout: 120_000 })
    const isShown = `window.shown['list of the script'] !== undefined`
    await eventually(() => page.evaluate(isShown) as Promise<boolean>, 'the list of the script to be shown')
    const shown = (await page.evaluate('window.shown')) as Record<string, number>
    for (const name of ['heading', 'first free times', 'list of the script'])
      if (shown[name] === undefined) throw new Error(`no ${name} on the front page`)
    return shown
  } finally {
    await context.close()
  }
}
