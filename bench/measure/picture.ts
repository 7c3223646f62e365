import type { Result } from './benchmark.ts'
import type { Measured } from './compare.ts'

const width = 780
const row = 22
const left = 250
const titles: Record<string, string> = {
  booking: 'Bookings a second, 32 clients (more is better)',
  rush: '500 callers for one slot: how long losers wait, ms (less is better)',
}

/** The results that have a title here, as bars with the spread of their rounds, and below them the machine. */
export function picture(results: Result[]): string {
  const shown = results
    .filter(({ name }) => name in titles)
    // The contestant that writes only slot and booking does less work than the others, so only the table has it.
    .map((result) => ({
      ...result,
      contestants: result.contestants.filter(({ name }) => !name.endsWith('slot and booking only')),
    }))
  let y = 0
  const parts = shown.map((result) => {
    const top = y + 28
    y = top + result.contestants.length * row + 12
    return `<text class="title" x="8" y="${top - 8}">${titles[result.name]}</text>\n${bars(result.contestants, top)}`
  })
  const foot = [...new Set(shown.map(({ machine, date }) => `${date.slice(0, 10)}, ${machine}`))]
  const lines = foot.map((line) => {
    y += 18
    return `<text class="foot" x="8" y="${y}">${escaped(line)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 12}" width="${width}" height="${y + 12}" role="img" aria-label="${shown.map(({ name }) => titles[name]).join('; ')}">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .foot { font-size: 11px; fill: #57606a } .value { font-size: 12px }
.peer { fill: #afb8c1 } .medislot { fill: #0a7f6f } .spread { stroke: #24292f; stroke-opacity: .6 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .foot { fill: #9198a1 } .peer { fill: #59636e } .medislot { fill: #2aa893 } .spread { stroke: #e6edf3 } }
</style>
${[...parts, ...lines].join('\n')}
</svg>
`
}

function bars(contestants: Measured[], top: number): string {
  const most = Math.max(...contestants.map(({ spread: [, greatest] }) => greatest))
  const x = (figure: number) => ((width - left - 190) * figure) / most
  return contestants
    .map(({ name, median, spread: [least, greatest], ratio, also }, i) => {
      const y = top + i * row
      const winners = also?.winners === undefined || also.winners === '1' ? '' : `, ${also.winners} winners`
      return [
        `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
        `<rect class="${name.startsWith('medislot') ? 'medislot' : 'peer'}" x="${left}" y="${y + 3}" width="${x(median).toFixed(1)}" height="${row - 7}" rx="2"/>`,
        `<line class="spread" x1="${(left + x(least)).toFixed(1)}" x2="${(left + x(greatest)).toFixed(1)}" y1="${y + 10.5}" y2="${y + 10.5}"/>`,
        `<text class="value" x="${(left + x(greatest) + 8).toFixed(1)}" y="${y + 14}">${median.toFixed(0)}${ratio === null ? '' : ` (${ratio.toFixed(2)})`}${winners}</text>`,
      ].join('\n')
    })
    .join('\n')
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
