import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { projectRoot } from '../src/paths.ts'
import { openLog } from '../src/start/log-file.ts'
import { explainOutput } from '../src/start/run-once.ts'
import { type Copy, cleanUp, startCopy, temporaryFolder, untilOpen } from './fixtures/copy.ts'

function guichet(...args: string[]) {
  const program = join(projectRoot, 'cli', 'src', 'main.ts')
  const run = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 60_000 })
  return { status: run.status, output: run.stdout, complaint: run.stderr.trim() }
}

describe('with a running copy', () => {
  let folder: string
  let copy: Copy
  beforeAll(async () => {
    folder = temporaryFolder()
    copy = startCopy(folder, await freePort())
    await untilOpen(copy)
  })
  afterAll(() => cleanUp(folder, [copy]))

  test('status shows each process with its memory, and succeeds while all are well', () => {
    const { status, output } = guichet('status', '--data', folder, '--json')
    const { rows, total } = JSON.parse(output) as {
      rows: { name: string; health: string; memory: { rss: number; pss: number } }[]
      total: { pss: number }
    }
    expect(rows.map((row) => row.name)).toEqual(['supervisor', 'postgres', 'inbox', 'tickets', 'web'])
    expect(rows.every((row) => row.memory.rss > 0 && row.memory.pss <= row.memory.rss)).toBe(true)
    expect(total.pss).toBeGreaterThan(0)
    expect(status).toBe(0)
    expect(guichet('status', '--data', folder).output).toMatch(/^tickets +\d+ +\d+ +ready/m)
  })

  test('logs prints one process, refuses an unknown one, and makes JSON lines readable', async () => {
    expect(guichet('logs', 'tickets', '--data', folder).output).toMatch(/^child \d+ listens\n$/)
    const unknown = guichet('logs', 'nobody', '--data', folder)
    expect(unknown.status).toBe(1)
    expect(unknown.complaint).toMatch(/^guichet: There is no log of "nobody": there are guichet, inbox, /)
    appendFileSync(join(folder, 'logs', 'web.log'), '{"level":40,"time":0,"msg":"slow","waitMs":12}\n')
    await eventually(() =>
      guichet('logs', 'web', '--data', folder).output.includes('00:00:00.000 warn  slow waitMs=12'),
    )
  })

  test('stop ends it, and says so when there is nothing to stop', async () => {
    expect(guichet('stop', '--data', folder)).toMatchObject({ status: 0, output: 'Guichet has stopped.\n' })
    expect(await copy.exit).toBe(0)
    expect(guichet('stop', '--data', folder)).toMatchObject({
      status: 1,
      complaint: `guichet: Guichet is not running on ${folder}.`,
    })
    expect(guichet('status', '--data', folder).status).toBe(1)
    expect(guichet('reconcile', '--repair', '--data', folder)).toMatchObject({
      status: 1,
      complaint: `guichet: Guichet is not running on ${folder}.`,
    })
  })
})

describe('a mistake is answered in one sentence', () => {
  test.each([
    [['start', '--bogus'], 'Unknown option \'--bogus\'; "./guichet start --help" lists what it takes.'],
    [['start', '--port', '99999'], '"99999" is not a port: give a number from 1 to 65535.'],
    [['frob'], 'There is no command "frob": ./guichet --help lists them.'],
  ])('%j', (args, sentence) => {
    expect(guichet(...args)).toMatchObject({ status: 1, complaint: `guichet: ${sentence}`, output: '' })
  })

  test('a full disk is called that, whoever met it', () => {
    for (const words of ['ENOSPC: no space left on device, write', 'error: 53100', 'No space left on device']) {
      expect(explainOutput('building the web', words).message).toBe(
        'The disk is full: building the web found no space left.',
      )
    }
  })
})

const small = temporaryFolder()
const mayMount =
  process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', small]).status === 0
afterAll(() => {
  if (mayMount) spawnSync('umount', [small])
  rmSync(small, { recursive: true, force: true })
})

test.runIf(mayMount)('a disk with too little room is refused before anything is made', () => {
  const { status, complaint } = guichet('start', '--data', join(small, 'data'))
  expect(status).toBe(1)
  expect(complaint).toMatch(/^guichet: The disk is full: .* has less than 200 MB free; [^\n]+\.$/)
  expect(existsSync(join(small, 'data', 'secrets.json'))).toBe(false)
})

describe('a log file', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('keeps its newest lines and at most one older file', () => {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, 'child.log')
    writeFileSync(path, 'from an earlier start\n')
    const log = openLog(path, 100)
    for (let line = 1; line <= 50; line++) log.write(`line ${line}\n`)
    log.close()
    expect(readdirSync(folder).sort()).toEqual(['child.log', 'child.log.1'])
    expect(readFileSync(path, 'utf8')).toMatch(/line 50\n$/)
    expect(statSync(path).size).toBeLessThan(200)
  })
})
