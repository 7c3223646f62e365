import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

interface Package {
  name: string
  version: string
  license: string
  repository: string
  /** The full text of its licence and notice files; empty when it has none. */
  text: string
}

/**
 * Writes the licences of the packages whose modules or files are in the bundle, scripts as well as fonts, to a file beside it.
 * Fails the build for a package that does not state its licence.
 */
export function thirdPartyNotices(fileName: string, ownLicense: string): Plugin {
  return {
    name: 'medislot-third-party-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const { root } = this.environment.config
      const files = Object.values(bundle).flatMap((part) =>
        part.type === 'chunk' ? part.moduleIds : part.originalFileNames.map((name) => resolve(root, name)),
      )
      const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined))
      this.emitFile({ type: 'asset', fileName, source: noticesOf([...folders].map(readPackage), ownLicense) })
    },
  }
}

/** The folder of the package that a module belongs to; undefined for our own and the bundler's modules. */
function packageFolder(file: string): string | undefined {
  const path = file.replace(/^\0/, '').replace(/\?.*$/, '')
  if (!path.includes('/node_modules/') || !existsSync(path)) return undefined
  let folder = dirname(path)
  // A package.json without a name only sets the type of the modules below it.
  while (!isPackage(folder)) folder = dirname(folder)
  return folder
}

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const isPackage = (folder: string) => existsSync(join(folder, 'package.json')) && manifest(folder).version !== undefined

function readPackage(folder: string): Package {
  const { name, version, license, repository } = manifest(folder)
  if (typeof license !== 'string') throw new Error(`${name} does not say under which licence it is`)
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return { name, version, license, repository: repository?.url ?? repository ?? '', text: texts.join('\n\n') }
}

/** Packages with the same licence text share it. */
function noticesOf(packages: Package[], ownLicense: string): string {
  const byText = Map.groupBy(
    packages.sort((a, b) => (a.name < b.name ? -1 : 1)),
    ({ text }) => text,
  )
  const line = ({ name, version, license, repository }: Package) =>
    `${name} ${version} (${license})${repository && ` ${repository.replace(/^git\+/, '')}`}`
  const parts = [...byText].map(([text, those]) => `${those.map(line).join('\n')}\n\n${text}`.trim())
  const between = `\n\n${'-'.repeat(80)}\n\n`
  return `medislot\n\n${ownLicense.trim()}${between}The pages contain:\n\n${parts.join(between)}\n`
}
