import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { Router } from 'express'
import type { ErrorCode } from '../database/error_codes.ts'

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${head}</head>
<body>${body}</body>
</html>
`

const browser = page(
  'medislot REST API',
  '<link rel="stylesheet" href="/api/docs/swagger-ui.css">',
  '<div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script>',
)
// A file of its own: a content security policy allows no script in the page.
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })
`

/**
 * What explains the API: GET /docs, a page to browse and try it, all from this server; GET /errors, what the `type` of
 * each problem leads to.
 */
export function referenceRoutes(registry: Map<string, ErrorCode>): Router {
  const rows = [...registry.values()].map(
    ({ name, httpStatus, title, description }) =>
      `<dt id="${name}"><code>${name}</code> (${httpStatus}) ${title}</dt><dd>${description}</dd>`,
  )
  const errors = page('medislot errors', '', `<h1>Errors</h1><dl>${rows.join('\n')}</dl>`)
  return (
    Router()
      .get('/docs', (_request, response) => {
        response.type('html').send(browser)
      })
      .get('/docs/start.js', (_request, response) => {
        response.type('js').send(start)
      })
      // These two, not the folder: its own page shows somebody else's API.
      .get(['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js'], (request, response) => {
        response.sendFile(basename(request.path), { root: swagger, maxAge: '1 day' })
      })
      .get('/errors', (_request, response) => {
        response.type('html').send(errors)
      })
  )
}
