import { hasPart } from '@guichet/testkit/parts'
import { projectRoot } from './paths.ts'
import { ensureWebBuilt } from './start/web-build.ts'
import { runTests } from './test-run.ts'

/** Runs vitest with the arguments as they are; the last line printed is `N passed, N failed, N skipped`. */
export async function test(args: string[]): Promise<number> {
  // Says in one line what is missing and how to get it; with GUICHET_REQUIRE it is a failure.
  for (const part of ['rabbitmq', 'chromium', 'dovecot'] as const) hasPart(part)
  if (mayRunBrowser(args)) await ensureWebBuilt(projectRoot)
  return runTests(projectRoot, args)
}

/** The journeys in e2e/ need the built web; a run that names other files or projects does not wait for it. */
function mayRunBrowser(args: string[]): boolean {
  const selects = args.some((arg) => !arg.startsWith('-') || arg.startsWith('--project'))
  return !selects || args.some((arg) => /e2e|web|journey/.test(arg))
}
