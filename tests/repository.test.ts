import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

// The rules of the house that neither a type nor the linter can hold, as greps over what git tracks.

const ROOT = join(import.meta.dirname, '..')
const SERVICES = ['accounts', 'events', 'tickets', 'notifications']
/** May only shrink: each of these owes the reader a split by noun. */
const LONG_FILES: string[] = []

// A tracked file that is deleted but not yet committed is no longer part of the tree.
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && statSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile())
const source = files.filter((file) => /\.(ts|svelte)$/.test(file) && !file.endsWith('.d.ts'))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** The lines of `paths` that match, as `file:line: text`. */
function grep(pattern: RegExp, paths: string[]): string[] {
  return paths.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
}

const serviceSource = (service: string) =>
  source.filter((file) => file.startsWith(`services/${service}/src/`) && !file.endsWith('.test.ts'))
const allServiceSource = SERVICES.flatMap(serviceSource)

describe('boundaries', () => {
  it.each(SERVICES)('%s imports no other service, so that it can be built and deployed alone', (service) => {
    const others = SERVICES.filter((other) => other !== service).join('|')
    expect(grep(new RegExp(`from '(@guichet/(${others})|.*services/(${others}))`), serviceSource(service))).toEqual([])
  })

  it('packages know no service, and the web knows none but by HTTP', () => {
    const paths = source.filter((file) => file.startsWith('packages/') || file.startsWith('web/'))
    expect(grep(new RegExp(`from '(@guichet/(${SERVICES.join('|')})'|.*services/)`), paths)).toEqual([])
  })

  it('a service depends only on packages in its package.json', () => {
    for (const service of SERVICES) {
      const { dependencies } = JSON.parse(read(`services/${service}/package.json`)) as {
        dependencies: Record<string, string>
      }
      const used = new Set(
        serviceSource(service).flatMap((file) =>
          [...read(file).matchAll(/from '((?:@[\w-]+\/)?[\w.-]+)(?:\/[^']*)?'/g)]
            .map((match) => match[1] ?? '')
            .filter((name) => name !== '' && !name.startsWith('.') && !name.startsWith('node:')),
        ),
      )
      // Fastify's types come with @guichet/server, which owns the framework.
      expect([...used].filter((name) => !(name in dependencies) && name !== 'fastify')).toEqual([])
    }
  })
})

describe('habits', () => {
  it('each service reads the environment in its config.ts and main.ts alone', () => {
    const paths = allServiceSource.filter((file) => !['config.ts', 'main.ts'].includes(basename(file)))
    expect(grep(/process\.env/, paths)).toEqual([])
  })

  it('time and chance come from the context, so that tests can move them', () => {
    const paths = allServiceSource.filter(
      (file) => !['service.ts', 'main.ts', 'context.ts', 'config.ts'].includes(basename(file)),
    )
    expect(grep(/Date\.now\(|new Date\(\)|Math\.random\(/, paths)).toEqual([])
  })

  it('paths come from fileURLToPath, so that the clone may lie in a folder with a space', () => {
    expect(
      grep(
        /import\.meta\.url\)\.pathname/,
        source.filter((file) => file !== 'tests/repository.test.ts'),
      ),
    ).toEqual([])
  })

  it('no folder is named for nothing', () => {
    // SvelteKit's own alias is web/src/lib; its sub-folders are named by noun.
    const folders = new Set(
      files.flatMap((file) =>
        dirname(file)
          .split('/')
          .map((part) => `${part}`),
      ),
    )
    for (const name of ['utils', 'util', 'helpers', 'common', 'shared', 'core', 'misc'])
      expect([...folders]).not.toContain(name)
    expect(files.filter((file) => file.split('/').includes('lib') && !file.startsWith('web/src/lib/'))).toEqual([])
  })

  it('every query names its columns, so that a migration breaks nothing unseen', () => {
    expect(grep(/select \*(?! from unnest)|selectAll\(\)|returningAll\(\)/i, allServiceSource)).toEqual([])
  })

  it('no source file is too long to read', () => {
    const long = source.filter((file) => read(file).split('\n').length > 400 && !LONG_FILES.includes(file))
    expect(long).toEqual([])
  })

  it('every TODO has a number, and no test is focused or silently skipped', () => {
    expect(
      grep(
        /\bTODO\b(?!\(#\d+\))/,
        source.filter((file) => !file.startsWith('tests/')),
      ),
    ).toEqual([])
    expect(
      grep(
        /\b(it|test|describe)\.(only|todo|skip)\(/,
        source.filter((file) => !file.startsWith('tests/')),
      ),
    ).toEqual([])
  })

  it('the type checker is not switched off', () => {
    const paths = source.filter((file) => !/(^|\/)tests\//.test(file))
    expect(grep(/@ts-(ignore|nocheck)|: any\b|[^*] .*\bas any\b(?! client)|<any>/, paths)).toEqual([])
  })

  it('no file is a big blob', () => {
    expect(files.filter((file) => statSync(join(ROOT, file)).size > 700_000 && file !== 'package-lock.json')).toEqual(
      [],
    )
  })

  it('no lock file or script names a registry', () => {
    expect(
      grep(/registry\.npmjs|"resolved": "http/, [
        'package-lock.json',
        ...files.filter((file) => file.endsWith('package.json')),
      ]),
    ).toEqual([])
  })
})

describe('one act, one file', () => {
  it.each(SERVICES)('%s: every route is registered, is in the contract, and is named in a test', (service) => {
    const contract = read(`contracts/http/${service}.yaml`)
    const http = read(`services/${service}/src/http.ts`)
    const tests = files
      .filter((file) => file.startsWith(`services/${service}/tests/`) && file.endsWith('.ts'))
      .map(read)
      .join('\n')
    for (const file of serviceSource(service).filter((path) => path.includes('/src/routes/'))) {
      expect(http, `${file} is not registered in http.ts`).toContain(`./routes/${basename(file)}`)
      const operations = [...read(file).matchAll(/operationId: '(\w+)'/g)].map((match) => match[1] ?? '')
      expect(operations.length, `${file} holds no operation`).toBeGreaterThan(0)
      for (const operation of operations)
        expect(contract, `${operation} is not in the contract`).toContain(`operationId: ${operation}`)
    }
    expect(tests.length).toBeGreaterThan(0)
  })

  it('every message has a schema, an example, and at least one consumer', () => {
    const contracts = files.filter((file) => /^contracts\/messages\/[a-z]+\.[a-z-]+\.v\d+\.json$/.test(file))
    expect(contracts.length).toBeGreaterThan(5)
    const code = allServiceSource.map((file) => ({ file, text: read(file) }))
    const serverPackage = source
      .filter((file) => file.startsWith('packages/server/src/'))
      .map(read)
      .join('\n')
    for (const contract of contracts) {
      const type = basename(contract, '.json')
      expect(files).toContain(contract.replace(/\.json$/, '.example.json'))
      const owner = type.split('.')[0]
      const consumed =
        // The public event stream has a queue of its own in the process of notifications.
        code.some(
          ({ file, text }) =>
            (!file.startsWith(`services/${owner}/`) || file.includes('/src/webhooks/')) && text.includes(`'${type}'`),
        ) || serverPackage.includes(`'${type}'`)
      expect(consumed, `nobody consumes ${type}: an unroutable message is kept for ever`).toBe(true)
    }
    const published = new Set(
      code.flatMap(({ text }) => [...text.matchAll(/type: '([a-z]+\.[a-z-]+\.v\d+)'/g)].map((match) => match[1] ?? '')),
    )
    for (const type of published) expect(files, `${type} has no contract`).toContain(`contracts/messages/${type}.json`)
  })
})
