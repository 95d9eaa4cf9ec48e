import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './paths.ts'
import { chooseForSecondTry, passedAlone } from './second-try.ts'
import type { TestReport } from './test-report.ts'

type Run = { code: number; report: TestReport | undefined }

/**
 * Runs the tests of a folder with a vitest configuration. With `--second-try`, a few files that failed run once more,
 * alone in a fresh process; a test that passes only then counts as passed, and is named.
 */
export async function runTests(root: string, args: string[]): Promise<number> {
  const forVitest = args.filter((arg) => arg !== '--second-try')
  let { code, report } = await runVitest(root, forVitest)
  const unstable: string[] = []
  if (report && code !== 0 && args.includes('--second-try')) {
    const files = chooseForSecondTry(report)
    if (typeof files === 'string') console.log(`No second try: ${files}.`)
    else {
      for (const first of files) {
        console.log(`\nSecond try, alone: ${first.path}`)
        const alone = await runVitest(root, ['--project', first.project, join(root, first.path)])
        const again = alone.report?.files[0]
        if (alone.code !== 0 || !alone.report || !again || !passedAlone(first, alone.report)) continue
        unstable.push(...first.failures.map((title) => [first.path, title].filter(Boolean).join(' › ')))
        report.files[report.files.indexOf(first)] = again
      }
      if (files.length > 0 && failures(report) === 0) code = 0
    }
  }
  // Whoever reads only the end sees it: a test that fails now and then is a fault of the test or of the product.
  if (unstable.length > 0) console.log(`\n${unstable.length} passed only at the second try: ${unstable.join('; ')}`)
  console.log(counts(report))
  return code
}

const failures = (report: TestReport) => report.files.reduce((sum, file) => sum + file.failures.length, report.strays)

/** A run that ended before it could report is one failure. */
function counts(report: TestReport | undefined): string {
  if (!report) return '0 passed, 1 failed, 0 skipped'
  const sum = (of: 'passed' | 'skipped') => report.files.reduce((total, file) => total + file[of], 0)
  return `${sum('passed')} passed, ${failures(report)} failed, ${sum('skipped')} skipped`
}

async function runVitest(root: string, args: string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'guichet-test-'))
  const file = join(folder, 'report.json')
  try {
    const code = await spawnVitest(root, args, file)
    return { code, report: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestReport) : undefined }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spawnVitest(root: string, args: string[], report: string): Promise<number> {
  const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default']
  const reporter = `--reporter=${join(import.meta.dirname, 'test-report.ts')}`
  const child = spawn(process.execPath, [vitest, 'run', ...args, ...reporters, reporter], {
    cwd: root,
    env: { ...process.env, GUICHET_TEST_REPORT: report },
    stdio: 'inherit',
  })
  // Ctrl-C reaches vitest through the terminal; we wait for it to end its own children.
  const stop = () => child.kill('SIGTERM')
  const wait = () => {}
  process.on('SIGINT', wait)
  process.on('SIGTERM', stop)
  return new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  }).finally(() => {
    process.off('SIGINT', wait)
    process.off('SIGTERM', stop)
  })
}
