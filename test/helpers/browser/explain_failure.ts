import { setTimeout } from 'node:timers/promises'
import type { BrowserContext, Page } from 'playwright-core'

/** Runs in each page: keeps the last presses and clicks, with what they hit at that moment. */
export const rememberPointer = `{
  const last = (globalThis.pointed = [])
  globalThis.textOf = (element) => element.textContent.trim().slice(0, 80).replace(/\\s+/g, ' ')
  globalThis.tagOf = (element) =>
    element ? textOf(element) + ' ' + element.cloneNode(false).outerHTML.slice(0, 120) : 'nothing'
  for (const type of ['pointerdown', 'click'])
    addEventListener(type, ({ target, clientX: x, clientY: y }) => {
      last.push({ type, x, y, hit: target instanceof Element ? tagOf(target) : String(target) })
      last.splice(0, last.length - 6)
    }, true)
}`

const stateOfPage = `(() => {
  if (!globalThis.pointed) return 'nothing has been opened in it'
  const { x, y } = pointed.at(-1) ?? {}
  return [
    ...pointed.map(({ type, x, y, hit }) => type + ' on ' + Math.round(x) + ',' + Math.round(y) + ': ' + hit),
    ...(x === undefined ? [] : ['there now: ' + tagOf(document.elementFromPoint(x, y))]),
    'focus: ' + tagOf(document.activeElement),
    ...[...document.querySelectorAll('[role=alert], [role=status]')].map((told) => 'told: ' + textOf(told)),
    document.documentElement.matches('[data-busy], :has(.pending)') ? 'still loading' : 'nothing is loading',
  ].join('\\n')
})()`

/** The first lines of an accessibility snapshot, without addresses of links and options that are not selected. */
function shortened(snapshot: string): string {
  const lines = snapshot.split('\n').filter((line) => !/^ *- (\/url:|option (?!.*\[selected\]))/.test(line))
  const left = lines.length > 60 ? [`… ${lines.length - 60} more lines`] : []
  return [...lines.slice(0, 60).map((line) => line.slice(0, 160)), ...left].join('\n')
}

/** Where a page is, what was clicked last, and what it shows to a screen reader. */
async function describePage(page: Page): Promise<string> {
  // A page that hangs is described too.
  const soon = (text: Promise<unknown>) =>
    Promise.race([
      text.catch((error) => `unknown: ${String(error).split('\n')[0]}`),
      setTimeout(10_000, 'no answer', { ref: false }),
    ])
  const [state, snapshot] = await Promise.all([soon(page.evaluate(stateOfPage)), soon(page.ariaSnapshot())])
  return `Page ${page.url()}\n${state}\n${shortened(String(snapshot))}`
}

const contexts = new Set<BrowserContext>()

/** When a test fails while a browser context is open, its error describes the pages of the context. */
export function explainFailures(context: BrowserContext): void {
  contexts.add(context)
  context.on('close', () => contexts.delete(context))
}

/** Puts what the open pages show between the message and the call sites of an error, where Jest prints it. */
export async function explainFailure(error: unknown): Promise<void> {
  const pages = [...contexts].flatMap((context) => context.pages())
  if (pages.length === 0 || error === null || typeof error !== 'object' || !('stack' in error)) return
  const text = (await Promise.all(pages.map(describePage))).join('\n\n')
  const stack = String(error.stack)
  const [sites = ''] = stack.match(/\n\s+at .*:\d+:\d+[\s\S]*$/) ?? []
  error.stack = `${stack.slice(0, stack.length - sites.length)}\n\n${text}\n${sites}`
}

// The environment of the tests calls it (../run/environment.ts).
Object.assign(globalThis, { explainFailure })
