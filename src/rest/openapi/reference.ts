import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { RequestHandler } from 'express'
import type { ErrorCode } from '../../database/error_codes.ts'
import { fixedDocument } from '../../http/fixed_document.ts'

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const swaggerLicences = ['NOTICE', 'LICENSE', 'swagger-ui-bundle.js.LICENSE.txt']
  .map((file) => readFileSync(join(swagger, file), 'utf8').trim())
  .join('\n\n')

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${head}</head>
<body>${body}</body>
</html>
`

const browser = page(
  'medislot REST API',
  '<link rel="stylesheet" href="/api/docs/swagger-ui.css">',
  '<div id="api"></div><footer><a href="/api/docs/swagger-ui-bundle.js.LICENSE.txt">Licences</a></footer><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script>',
)
// A separate file, since the content security policy allows no inline script.
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })
`

/**
 * The documentation of the API, by path: /openapi.json, the OpenAPI document; /docs, a page to browse it and to try it out, all
 * from this server; /errors, to which the `type` of each problem links.
 */
export function referenceDocuments(
  openApi: object,
  registry: Map<string, ErrorCode>,
): Map<string, RequestHandler<object>> {
  const rows = [...registry.values()].map(
    ({ name, httpStatus, title, description }) =>
      `<dt id="${name}"><code>${name}</code> (${httpStatus}) ${title}</dt><dd>${description}</dd>`,
  )
  const errors = page('medislot errors', '', `<h1>Errors</h1><dl>${rows.join('\n')}</dl>`)
  return new Map([
    ['/openapi.json', fixedDocument('json', JSON.stringify(openApi))],
    ['/docs', fixedDocument('html', browser)],
    ['/docs/start.js', fixedDocument('js', start)],
    // Only these two files: the package's own page shows another API.
    ['/docs/swagger-ui.css', fixedDocument('css', readFileSync(join(swagger, 'swagger-ui.css')))],
    ['/docs/swagger-ui-bundle.js', fixedDocument('js', readFileSync(join(swagger, 'swagger-ui-bundle.js')))],
    // The bundle refers to its licences by this name.
    ['/docs/swagger-ui-bundle.js.LICENSE.txt', fixedDocument('txt', swaggerLicences)],
    ['/errors', fixedDocument('html', errors)],
  ])
}
