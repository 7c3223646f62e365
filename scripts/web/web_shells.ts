import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { searchTexts } from '../../src/web/text/patient/search.ts'
import { calendarTexts } from '../../src/web/text/shared/calendar.ts'
import { commonTexts } from '../../src/web/text/shared/common.ts'

const place = '<!--shell-->'

/**
 * Writes dist/pages/<shell>.<language>.html from dist/index.html: what a browser shows until the script has loaded. `front` has the front page's heading, `page` only the bar. The script replaces it with the page.
 */
export async function writeShells(dist: string): Promise<void> {
  const index = join(dist, 'index.html')
  const html = await readFile(index, 'utf8')
  if (!html.includes(place)) throw new Error(`src/web/index.html has no place for the shell: ${place}`)
  const pages = join(dist, 'pages')
  await mkdir(pages, { recursive: true })
  for (const language of ['en', 'de'] as const) {
    const common = commonTexts[language]
    const search = searchTexts[language]
    const bar =
      '<header class="top-bar"><div class="top-bar-inner"><a href="/" class="brand">' +
      '<img src="/favicon.svg" alt="" width="28" height="28"><span>medislot</span></a></div></header>'
    const placeholder = `<p class="found">${common.loading}</p><noscript><p>${common.needsScript}</p></noscript>`
    const field = (label: string, control: string) => `<div class="field"><label>${label}</label>${control}</div>`
    const choice = (label: string, any: string) => field(label, `<select disabled><option>${any}</option></select>`)
    const chips = [search.soonest, ...Array<string>(7).fill(''), calendarTexts[language].otherDay]
    const form =
      '<search class="card search" inert><div class="search-fields">' +
      choice(search.specialization, search.anySpecialization) +
      choice(search.clinic, search.anyClinic) +
      field(search.doctor, `<input placeholder="${search.anyDoctor}" disabled>`) +
      `</div><div class="day-strip">${chips.map((text) => `<button type="button" class="day-chip" disabled>${text}</button>`).join('')}</div></search>`
    const times = `<section id="first-times" lang="${language}">${placeholder}<!--times--></section>`
    const shells = {
      front: `${bar}<main class="page"><header class="page-head"><h1>${search.title}</h1><p class="lead">${search.lead}</p></header>${form}${times}</main>`,
      page: `${bar}<main class="page">${placeholder}</main>`,
    }
    for (const [name, shell] of Object.entries(shells)) {
      const localised = html.replace('<html lang="en">', `<html lang="${language}">`).replace(place, shell)
      await writeFile(join(pages, `${name}.${language}.html`), localised)
    }
  }
  await rm(index)
}
