import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasPart } from '@guichet/testkit/parts'
import { projectRoot } from './paths.ts'
import { ensureWebBuilt } from './start/web-build.ts'
import type { Counts } from './test-counts.ts'

/** Runs vitest with the arguments as they are; the last line printed is `N passed, N failed, N skipped`. */
export async function test(args: string[]): Promise<number> {
  // Says in one line what is missing and how to get it; with GUICHET_REQUIRE it is a failure.
  for (const part of ['rabbitmq', 'chromium'] as const) hasPart(part)
  if (mayRunBrowser(args)) await ensureWebBuilt(projectRoot)

  const folder = mkdtempSync(join(tmpdir(), 'guichet-test-'))
  const file = join(folder, 'counts.json')
  try {
    const code = await runVitest(args, file)
    const { passed, failed, skipped } = readCounts(file)
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runVitest(args: string[], counts: string): Promise<number> {
  const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default']
  const counter = `--reporter=${join(import.meta.dirname, 'test-counts.ts')}`
  const child = spawn(process.execPath, [vitest, 'run', ...args, ...reporters, counter], {
    cwd: projectRoot,
    env: { ...process.env, GUICHET_TEST_COUNTS: counts },
    stdio: 'inherit',
  })
  // Ctrl-C reaches vitest through the terminal; we wait for it to end its own children.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}

/** A run that ended before it could count is one failure. */
function readCounts(file: string): Counts {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Counts) : { passed: 0, failed: 1, skipped: 0 }
}

/** The journeys in e2e/ need the built web; a run that names other files or projects does not wait for it. */
function mayRunBrowser(args: string[]): boolean {
  const selects = args.some((arg) => !arg.startsWith('-') || arg.startsWith('--project'))
  return !selects || args.some((arg) => /e2e|web|journey/.test(arg))
}
