import chromiumFile from '@sparticuz/chromium'
import type { LaunchOptions } from 'playwright-core'

let executable: Promise<string> | undefined

/** Options to launch Chromium, which is installed as an npm package. */
export const chromiumOptions = async (): Promise<LaunchOptions> => {
  // Unpacked when it is first asked for. Once per process, since unpacking it twice at the same time would fail.
  executable ??= chromiumFile.executablePath()
  return {
    executablePath: await executable,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
