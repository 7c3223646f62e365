import { readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join, normalize } from 'node:path'
import { parseSync } from '@swc/core'

/** The files that each file imports, by their paths from the root of the repository. Imports of types count. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>

const leftOut = /(^|\/)(generated|node_modules)(\/|$)|\.d\.ts$/

/** The graph of the TypeScript files below some folders. Imports of packages, styles, declarations and generated code are left out. */
export function importGraph(folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => join(folder, path).replaceAll('\\', '/'))
      .filter((path) => /\.tsx?$/.test(path) && !leftOut.test(path)),
  )
  return new Map(files.map((file) => [file, importsOf(file)]))
}

function importsOf(file: string): string[] {
  const program = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', tsx: file.endsWith('.tsx') })
  return [...new Set(sourcesIn(program))]
    .filter((source) => source.startsWith('.'))
    .map((source) => normalize(join(dirname(file), source)).replaceAll('\\', '/'))
    .filter((path) => ['.ts', '.tsx'].includes(extname(path)) && !leftOut.test(path))
}

interface Node {
  type?: string
  source?: { value: string } | null
  argument?: { type: string; value: string }
  callee?: { type: string }
  arguments?: { expression: { type: string; value: string } }[]
}

/** The sources of import and export declarations, of import() calls, and of types such as typeof import('…'). */
function sourcesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(sourcesIn)
  const node = value as Node
  const [argument] = node.type === 'CallExpression' && node.callee?.type === 'Import' ? (node.arguments ?? []) : []
  const own = [
    /^(Import|Export(All|Named))Declaration$/.test(node.type ?? '') ? node.source?.value : undefined,
    node.type === 'TsImportType' ? node.argument?.value : undefined,
    argument?.expression.type === 'StringLiteral' ? argument.expression.value : undefined,
  ]
  return [...own.filter((source) => source !== undefined), ...Object.values(node).flatMap(sourcesIn)]
}

/** The cycles of a graph: every set of files that all reach each other by imports (Tarjan's algorithm). */
export function circlesOf(graph: ImportGraph): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []

  function visit(file: string): void {
    order.set(file, order.size)
    lowest.set(file, order.get(file) as number)
    stack.push(file)
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next)
      else if (!stack.includes(next)) continue
      lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(next) as number))
    }
    if (lowest.get(file) !== order.get(file)) return
    const circle = stack.splice(stack.indexOf(file))
    if (circle.length > 1 || graph.get(file)?.includes(file)) circles.push(circle.sort())
  }

  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return circles
}
