import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { projectRoot } from './paths.ts'
import { ensureWebBuilt } from './start/web-build.ts'

type Report = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

/** Runs vitest with the arguments as they are; the last line printed is `N passed, N failed, N skipped`. */
export async function test(args: string[]): Promise<number> {
  for (const line of missingParts()) console.log(line)
  if (mayRunBrowser(args)) await ensureWebBuilt(projectRoot)

  const folder = mkdtempSync(join(tmpdir(), 'guichet-test-'))
  const results = join(folder, 'results.json')
  try {
    const code = await runVitest([
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
    ])
    console.log(summary(results))
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runVitest(args: string[]): Promise<number> {
  const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, ...args], { cwd: projectRoot, stdio: 'inherit' })
  // Ctrl-C reaches vitest through the terminal; we wait for it to end its own children.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}

/** A file that did not even load is a failure too, though it has no test to count. */
function summary(results: string): string {
  if (!existsSync(results)) return '0 passed, 1 failed, 0 skipped'
  const report = JSON.parse(readFileSync(results, 'utf8')) as Report
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const skipped = report.numPendingTests + report.numTodoTests
  return `${report.numPassedTests} passed, ${report.numFailedTests + broken} failed, ${skipped} skipped`
}

function missingParts(): string[] {
  const parts = [
    {
      name: 'RabbitMQ',
      programs: ['rabbitmq-server', '/usr/lib/rabbitmq/bin/rabbitmq-server'],
      get: 'apt-get install rabbitmq-server',
    },
    { name: 'Chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], get: 'apt-get install chromium' },
  ]
  return parts
    .filter(({ programs }) => !programs.some(isInstalled))
    .map(({ name, get }) => `${name} is not installed: its tests are skipped (on Debian and Ubuntu: ${get}).`)
}

function isInstalled(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}

/** The journeys in e2e/ need the built web; a run that names other files or projects does not wait for it. */
function mayRunBrowser(args: string[]): boolean {
  const selects = args.some(
    (arg, i) => !arg.startsWith('-') || arg.startsWith('--project') || args[i - 1] === '--project',
  )
  return !selects || args.some((arg) => /e2e|web|journey/.test(arg))
}
