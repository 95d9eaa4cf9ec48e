import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectRoot } from '../src/paths.ts'
import { chooseForSecondTry, isGuarantee, passedAlone } from '../src/second-try.ts'
import { temporaryFolder } from './fixtures/copy.ts'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
  file('vitest.config.js', `export default { test: { name: 'demo', globals: true } }`)
  file('tests/sound.test.js', `test('holds', () => {}); test.skipIf(true)('later', () => {})`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** A test that fails for the first process that runs it, and for none after. */
const failsOnce = `
  import { existsSync, writeFileSync } from 'node:fs'
  test('waits for its turn', () => {
    const seen = existsSync(import.meta.filename + '.seen')
    writeFileSync(import.meta.filename + '.seen', '')
    expect(seen).toBe(true)
  })`
const failsAlways = `test('is wrong', () => expect(1).toBe(2))`

function run(...args: string[]) {
  const program = join(import.meta.dirname, 'fixtures', 'run-tests.ts')
  const { status, stdout } = spawnSync(process.execPath, [program, folder, ...args], { encoding: 'utf8' })
  const lines = stdout.trimEnd().split('\n')
  return { status, last: lines.at(-1), before: lines.at(-2), output: stdout }
}

describe('a second try', () => {
  test('lets pass what failed once, a test or a hook, and names it', () => {
    file('tests/shop.test.js', failsOnce)
    file('tests/stall.test.js', `${failsOnce.replace(/test\(.*?,/, 'beforeAll(')}; test('then runs', () => {})`)
    const { status, last, before } = run('--second-try')
    expect({ status, last }).toEqual({ status: 0, last: '3 passed, 0 failed, 1 skipped' })
    expect(before).toMatch(/^2 passed only at the second try: /)
    expect(before).toContain('tests/shop.test.js › waits for its turn')
    expect(before).toMatch(/tests\/stall\.test\.js(;|$)/)
  })

  test('does not save what fails again, beside what it saves', () => {
    file('tests/shop.test.js', failsOnce)
    file('tests/wrong.test.js', failsAlways)
    expect(run('--second-try')).toMatchObject({
      status: 1,
      before: '1 passed only at the second try: tests/shop.test.js › waits for its turn',
      last: '2 passed, 1 failed, 1 skipped',
    })
  })

  test('is refused to a guarantee, and to whatever failed beside it', () => {
    file('tests/races/sell-out.test.js', failsOnce)
    file('tests/shop.test.js', failsOnce)
    expect(run('--second-try')).toMatchObject({
      status: 1,
      before: 'No second try: tests/races/sell-out.test.js holds a guarantee.',
      last: '1 passed, 2 failed, 1 skipped',
    })
  })

  test('is not given unasked', () => {
    file('tests/shop.test.js', failsOnce)
    expect(run()).toMatchObject({ status: 1, last: '1 passed, 1 failed, 1 skipped' })
  })
})

test('what is no accident gets no second try', () => {
  const failed = (path: string) => ({ project: 'demo', path, passed: 1, skipped: 0, failures: ['waits'] })
  const files = ['a', 'b', 'c', 'd'].map((name) => failed(`web/tests/${name}.test.ts`))
  const report = { files: files.slice(0, 3), strays: 0, interrupted: false }
  expect(chooseForSecondTry(report)).toEqual(report.files)
  expect(chooseForSecondTry({ ...report, files })).toBe('4 files failed, more than 3')
  expect(chooseForSecondTry({ ...report, strays: 1 })).toBe('something failed outside any test')
  expect(chooseForSecondTry({ ...report, interrupted: true })).toBe('the run was interrupted')
})

test('what ran before and is skipped alone has not passed', () => {
  const first = { project: 'demo', path: 'web/tests/a.test.ts', passed: 1, skipped: 0, failures: ['waits'] }
  const alone = { ...first, passed: 2, failures: [] }
  const report = { files: [alone], strays: 0, interrupted: false }
  expect(passedAlone(first, report)).toBe(true)
  expect(passedAlone(first, { ...report, files: [{ ...alone, passed: 1, skipped: 1 }] })).toBe(false)
  expect(passedAlone(first, { ...report, files: [{ ...alone, failures: ['waits'] }] })).toBe(false)
  expect(passedAlone(first, { ...report, files: [] })).toBe(false)
})

test('every suite of money, places and messages is a guarantee, and a page of the shop is none', () => {
  const suites = globSync('{services,packages,e2e}/**/tests/**/*.test.ts', {
    cwd: projectRoot,
    exclude: (name) => name.endsWith('node_modules'),
  })
  const held = suites.filter(isGuarantee)
  for (const path of [
    'services/tickets/tests/races/sell-out.test.ts',
    'services/tickets/tests/ledger.test.ts',
    'services/accounts/tests/races/refresh.test.ts',
    'services/notifications/tests/races/killed.test.ts',
    'services/notifications/tests/outages.test.ts',
    'packages/messaging/tests/rabbitmq-cluster.test.ts',
    'packages/server/tests/idempotency.test.ts',
    'e2e/tests/outages.test.ts',
    'e2e/tests/independence.test.ts',
    'services/tickets/tests/place-order.test.ts',
    'packages/messaging/tests/relay.test.ts',
  ])
    expect(held).toContain(path)
  expect(suites).toContain('e2e/tests/shop.test.ts')
  expect(held).not.toContain('e2e/tests/shop.test.ts')
})
