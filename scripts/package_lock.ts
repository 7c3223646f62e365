interface Entry {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

/** The relevant part of package-lock.json. */
export interface PackageLock {
  packages: Record<string, Entry>
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']

/**
 * The builds for other platforms that packages of the lock require in an exact version and that are missing in the lock, as
 * entries by path. An entry names its platform, so that npm installs it there only, without a checksum.
 */
export function missingFromLock({ packages }: PackageLock): [string, Entry][] {
  return Object.values(packages).flatMap(({ dev, optionalDependencies = {} }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in packages))
      .map(([name, version]): [string, Entry] => {
        const words = name.split(/[-/]/)
        const os = systems.filter((system) => words.includes(system))
        const cpu = processors.filter((processor) => words.includes(processor))
        const libc = words.some((word) => word.startsWith('musl'))
          ? ['musl']
          : words.some((word) => word.startsWith('gnu'))
            ? ['glibc']
            : undefined
        if (os.length !== 1 || !/^\d/.test(version)) throw new Error(`cannot tell the platform of ${name} ${version}`)
        return [
          `node_modules/${name}`,
          { version, ...(dev && { dev }), optional: true, os, ...(cpu.length > 0 && { cpu }), ...(libc && { libc }) },
        ]
      }),
  )
}
