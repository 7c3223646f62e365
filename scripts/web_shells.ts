import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { de } from '../src/web/text/de.ts'
import { en } from '../src/web/text/en.ts'

const place = '<!--shell-->'

/**
 * Writes dist/pages/<shell>.<language>.html from dist/index.html: what a browser paints while the script is still on its
 * way. `front` has the front page's heading, `page` only the bar. The script replaces it with the page.
 */
export async function writeShells(dist: string): Promise<void> {
  const index = join(dist, 'index.html')
  const html = await readFile(index, 'utf8')
  if (!html.includes(place)) throw new Error(`src/web/index.html has no place for the shell: ${place}`)
  const pages = join(dist, 'pages')
  await mkdir(pages, { recursive: true })
  for (const [language, t] of Object.entries({ en, de })) {
    const bar =
      '<header class="top-bar"><div class="top-bar-inner"><a href="/" class="brand">' +
      '<img src="/favicon.svg" alt="" width="28" height="28"><span>medislot</span></a></div></header>'
    const bones = `<p class="found">${t.problem.loading}</p><noscript><p>${t.problem.needsScript}</p></noscript>`
    const shells = {
      front: `${bar}<main class="page"><header class="page-head"><h1>${t.search.title}</h1><p class="lead">${t.search.lead}</p></header>${bones}</main>`,
      page: `${bar}<main class="page">${bones}</main>`,
    }
    for (const [name, shell] of Object.entries(shells)) {
      const localised = html.replace('<html lang="en">', `<html lang="${language}">`).replace(place, shell)
      await writeFile(join(pages, `${name}.${language}.html`), localised)
    }
  }
  await rm(index)
}
